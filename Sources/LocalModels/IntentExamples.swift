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
    private let embedding = Mutex<Task<Vectors, any Error>?>(nil)

    init(embedder: any Embedder) { self.embedder = embedder }

    func nearest(to message: String) async throws -> Intent {
        async let messageVectors = embedder.embed([message], purpose: .query)
        let vectors = try await vectors()
        guard let wanted = try await messageVectors.first else { return .retrieval }
        let casual = Self.nearest(wanted, vectors.casual)
        let retrieval = Self.nearest(wanted, vectors.retrieval)
        return casual >= Self.cosineMin && casual - retrieval >= Self.marginMin ? .casual : .retrieval
    }

    /// Embeds the examples once, for all who ask meanwhile. The work goes on when a caller's deadline cancels it, otherwise a slow
    /// first time would never come to an end. A failure is not kept.
    private func vectors() async throws -> Vectors {
        let task = embedding.withLock { task in
            let current = task ?? Task { try await embedExamples() }
            task = current
            return current
        }
        return try await task.valueUnlessCancelled
    }

    private func embedExamples() async throws -> Vectors {
        do {
            let all = try await embedder.embed(Self.casual + Self.retrieval, purpose: .query)
            guard all.count == Self.casual.count + Self.retrieval.count else {
                throw OutcropFailure(.internal, "The embedder returned \(all.count) vectors for the intent examples.")
            }
            return Vectors(casual: Array(all.prefix(Self.casual.count)), retrieval: Array(all.dropFirst(Self.casual.count)))
        } catch {
            embedding.withLock { $0 = nil }
            throw error
        }
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
