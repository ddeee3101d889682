internal import RAG
import Synchronization

/// Messages of known intent, embedded once at the first need.
final class IntentExamples: Sendable {
    /// Casual is decided only from this cosine to the nearest casual example…
    static let cosineMin: Float = 0.55
    /// …and this far above the nearest retrieval example.
    static let marginMin: Float = 0.15

    private struct Vectors: Sendable {
        var casual: [[Float]]
        var retrieval: [[Float]]
    }

    private let embedder: any Embedder
    private let cached = Mutex<Vectors?>(nil)

    init(embedder: any Embedder) { self.embedder = embedder }

    func nearest(to message: String) async throws -> Intent {
        async let messageVectors = embedder.embed([message], purpose: .query)
        let vectors = try await vectors()
        guard let wanted = try await messageVectors.first else { return .retrieval }
        let casual = Self.nearest(wanted, vectors.casual)
        let retrieval = Self.nearest(wanted, vectors.retrieval)
        return casual >= Self.cosineMin && casual - retrieval >= Self.marginMin ? .casual : .retrieval
    }

    /// Two first messages at once may both embed the examples: the result is the same. A failure is not kept.
    private func vectors() async throws -> Vectors {
        if let vectors = cached.withLock({ $0 }) { return vectors }
        let all = try await embedder.embed(Self.casual + Self.retrieval, purpose: .query)
        guard all.count == Self.casual.count + Self.retrieval.count else {
            throw OutcropFailure(.internal, "The embedder returned \(all.count) vectors for the intent examples.")
        }
        let vectors = Vectors(casual: Array(all.prefix(Self.casual.count)), retrieval: Array(all.dropFirst(Self.casual.count)))
        cached.withLock { $0 = vectors }
        return vectors
    }

    private static func nearest(_ vector: [Float], _ examples: [[Float]]) -> Float {
        examples.map { zip($0, vector).reduce(Float(0)) { $0 + $1.0 * $1.1 } }.max() ?? -1
    }

    static let casual = [
        "hello, how are you doing today?", "hey, what's up?", "good morning to you", "thanks a lot, that was really helpful",
        "thank you so much for your help", "you are awesome", "that's great, well done", "bye, talk to you tomorrow",
        "have a wonderful weekend", "nice talking to you", "who are you and what can you do?", "are you a real person?",
        "tell me a joke", "how was your day?", "I'm bored, let's chat", "I like you", "you are funny", "happy birthday",
        "I feel tired today",
        "do you like music?",
    ]

    static let retrieval = [
        "what does the contract say about termination?", "how do I configure the server?", "who is responsible for the project?",
        "what is the refund policy?", "and its price?", "tell me more about it", "what about the second one?",
        "how long does it take?",
        "is there a warranty?", "how can I reset my password?", "what happened in the meeting?", "opening hours", "vacation days",
        "company holidays", "how many employees are there?", "do we have health insurance?", "what is photosynthesis?",
        "who won the election?",
        "what did the president say?", "can I work from home?", "help me with the installation", "yes please", "no", "continue",
        "give me an example", "what is the name of the ceo?", "is it allowed?", "thank you letter template",
        "what can the product do?",
        "music licensing rules", "employee wellbeing", "birthday leave", "how do we greet customers?",
        "what jokes are in the speech?",
    ]
}
