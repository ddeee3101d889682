internal import RAG

/// What the generator says when there is nothing to quote.
enum FixedReply {
    static let nothingFound = """
        I found nothing in the documents on this. Try other words or a more exact question, or add a document that covers it \
        and call POST /v1/kb/sync.
        """
    static let noDocuments = """
        There are no documents to search yet. Put files into the documents folder or upload them with POST /v1/documents, then call \
        POST /v1/kb/sync and ask again.
        """
    static let notSearched = """
        I answer by quoting your documents, and for this message they were not searched. Ask a question about them, with retrieval \
        mode "auto" or "always", or choose a language model for free conversation.
        """

    static func text(for request: GenerationRequest) -> String {
        switch request.grounding {
        case .grounded, .nothingFound: return nothingFound
        case .noDocuments: return SmallTalk(request.messages.last { $0.role == .user }?.text ?? "")?.reply ?? noDocuments
        case .notWanted:
            let message = request.messages.last { $0.role == .user }?.text ?? ""
            let isHousekeeping = Question(request.messages)?.isHousekeeping ?? false
            return isHousekeeping ? HousekeepingReply.text(for: message) : SmallTalk(message)?.reply ?? notSearched
        }
    }
}

extension SmallTalk {
    var reply: String {
        switch topic {
        case .greeting: "Hello! I answer by quoting your documents, with the sources. What would you like to know?"
        case .wellbeing: "All is well here, thank you. I answer by quoting your documents: what would you like to know?"
        case .thanks: "You're welcome! Ask again whenever you need something from your documents."
        case .farewell: "Goodbye! Your documents and I will be here."
        case .acknowledgement: "Good. Ask whenever you need something more from your documents."
        case .identity:
            """
            I am Outcrop's built-in answerer. I am not a language model: I search your documents and quote the sentences that answer \
            your question best, with the sources.
            """
        }
    }
}
