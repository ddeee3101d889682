import Testing

@testable import RAG

@Suite struct `Re-ranking` {
    private static let found = (0..<30).map { passage("Passage \($0).", document: "doc_\($0)", score: 0.9 - Double($0) / 100) }

    private func generated(
        _ reranker: FakeReranker?, topK: Int? = 3, _ messages: [Message] = [user("q")], minScore: Double? = nil,
        retriever: FakeRetriever = FakeRetriever(found),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { _ in try await Gate().wait() }
    ) async throws -> (texts: [String], scores: [Double], answer: Answer) {
        let generator = ScriptedGenerator("x")
        let request = AnswerRequest(
            messages: messages, retrieval: RetrievalOptions(mode: .always, topK: topK, minScore: minScore))
        let answer = try await Answer(
            assistant(retriever, reranker: reranker, sleep: sleep).answer(request, with: generator))
        return (generator.requests[0].passages.map(\.text), generator.requests[0].passages.map(\.score), answer)
    }

    private static func reversed(_ passages: [Passage], _ query: String, _ topK: Int) -> [Passage] {
        passages.reversed().enumerated().map { rank, passage in
            var passage = passage
            passage.score = 1 - Double(rank) / 10
            return passage
        }
    }

    @Test(arguments: [(1, 4), (3, 12), (25, 100), (50, 100)])
    func `chooses among four times as many as wanted, at most a hundred`(topK: Int, candidates: Int) async throws {
        let journal = Journal()
        let retriever = FakeRetriever { query in
            journal.note("retrieve \(query.topK)")
            return Self.found
        }
        let reranker = FakeReranker { passages, _, topK in
            journal.note("rerank \(passages.count) to \(topK)")
            return passages
        }
        _ = try await generated(reranker, topK: topK, retriever: retriever)
        #expect(journal.all == ["retrieve \(candidates)", "rerank \(min(candidates, 30)) to \(topK)"])
    }

    @Test func `without a re-ranker no more is retrieved than wanted`() async throws {
        let journal = Journal()
        let retriever = FakeRetriever { query in
            journal.note("\(query.topK)")
            return Self.found
        }
        let (texts, _, answer) = try await generated(nil, retriever: retriever)
        #expect(journal.all == ["3"] && texts == ["Passage 0.", "Passage 1.", "Passage 2."])
        #expect(answer.finish?.timings.rerankMilliseconds == nil)
    }

    @Test func `its order and scores count`() async throws {
        let (texts, scores, answer) = try await generated(FakeReranker(Self.reversed))
        #expect(texts == ["Passage 11.", "Passage 10.", "Passage 9."])
        #expect(scores == [1, 0.9, 0.8])
        #expect(answer.grounding?.notes == [])
        #expect(answer.started?.rerankMilliseconds != nil)
    }

    @Test func `a follow-up is ranked with the turn before it`() async throws {
        let journal = Journal()
        let reranker = FakeReranker { passages, query, _ in
            journal.note(query)
            return passages
        }
        _ = try await generated(reranker, [user("Who sells the drill?"), user("and its price?")])
        #expect(journal.all == ["Who sells the drill?\nand its price?"])
    }

    @Test func `the minimum score is that of retrieval`() async throws {
        let (texts, _, _) = try await generated(FakeReranker(Self.reversed), minScore: 0.88)
        #expect(texts == ["Passage 2.", "Passage 1.", "Passage 0."])
    }

    struct Misbehaviour: Sendable {
        var name: String
        var note: String
        var rank: @Sendable ([Passage], String, Int) async throws -> [Passage]
    }

    static let misbehaviours = [
        Misbehaviour(name: "fails", note: "re-ranking failed: Access denied.") { _, _, _ in
            throw OutcropFailure(.modelFailed, "Access denied.")
        },
        Misbehaviour(name: "gives nothing", note: "re-ranking gave none of its passages back") { _, _, _ in [] },
        Misbehaviour(name: "gives others", note: "re-ranking gave none of its passages back") { _, _, _ in
            [passage("Invented.", document: "doc_x")]
        },
        Misbehaviour(name: "gives no number", note: "re-ranking gave none of its passages back") { passages, _, _ in
            passages.map {
                var passage = $0
                passage.score = .nan
                return passage
            }
        },
        Misbehaviour(name: "is cancelled by itself", note: "re-ranking failed: CancellationError()") { _, _, _ in
            throw CancellationError()
        },
    ]

    @Test(arguments: misbehaviours) func `one that misbehaves leaves the order of retrieval`(_ one: Misbehaviour) async throws {
        let (texts, scores, answer) = try await generated(FakeReranker(one.rank))
        #expect(texts == ["Passage 0.", "Passage 1.", "Passage 2."], "\(one.name)")
        #expect(scores == [0.9, 0.89, 0.88])
        #expect(answer.grounding?.notes == [one.note + "; the order of retrieval counts"], "\(one.name)")
        #expect(answer.grounding?.timings.rerankMilliseconds != nil)
    }

    @Test func `neither adds, doubles nor rewrites passages`() async throws {
        let reranker = FakeReranker { passages, _, _ in
            var first = passages[0]
            first.text = "Rewritten."
            first.score = 7
            return [passage("Invented.", document: "doc_x"), first, first, passages[1]]
        }
        let (texts, scores, _) = try await generated(reranker)
        #expect(texts == ["Passage 0.", "Passage 1."])
        #expect(scores == [1, 0.89])
    }

    @Test func `one past its deadline is cancelled and not waited for`() async throws {
        let journal = Journal()
        let (started, stubborn) = (Gate(), Gate())
        let reranker = FakeReranker { passages, _, _ in
            started.open()
            // Cancellation does not end it: the answer goes on without it all the same.
            await Task { try? await stubborn.wait() }.value
            journal.note("cancelled \(Task.isCancelled)")
            stubborn.open()
            return passages.reversed()
        }
        let (texts, _, answer) = try await generated(
            reranker,
            sleep: { duration in
                #expect(duration == AssistantSettings().rerankDeadline)
                try await started.wait()
            })
        #expect(texts == ["Passage 0.", "Passage 1.", "Passage 2."])
        #expect(answer.grounding?.notes == ["re-ranking took longer than 1.0 seconds; the order of retrieval counts"])
        #expect(journal.all.isEmpty)
        stubborn.open()
    }

    @Test func `cancelling the answer cancels it`() async throws {
        let journal = Journal()
        let (started, ended) = (Gate(), Gate())
        let reranker = FakeReranker { _, _, _ in
            started.open()
            do { try await Gate().wait() } catch { journal.note("cancelled") }
            ended.open()
            throw CancellationError()
        }
        let consumer = Task { try await generated(reranker) }
        try await started.wait()
        consumer.cancel()
        await #expect(throws: (any Error).self) { try await consumer.value }
        try await ended.wait()
        #expect(journal.all == ["cancelled"])
    }

    @Test func `a single passage needs no order`() async throws {
        let reranker = FakeReranker { _, _, _ in throw OutcropFailure(.internal, "Not to be called.") }
        let (texts, _, answer) = try await generated(reranker, retriever: FakeRetriever([Self.found[0]]))
        #expect(texts == ["Passage 0."] && answer.grounding?.notes == [])
    }
}
