/// Documents, questions and what answers them.
struct QuestionSet {
    struct Question {
        var text: String
        /// Document name → spans that answer (Unicode scalars); nil spans mean the whole document.
        var relevant: [String: [Range<Int>]?]
    }

    var name: String
    /// File name → text.
    var documents: [(filename: String, text: String)]
    var questions: [Question]
    var chunkSize: Int
    var chunkOverlap: Int
}
