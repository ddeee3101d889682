/// What the answer will stand on, and how it came about.
struct Grounding: Hashable, Sendable {
    var state: GroundingState
    var passages: [Passage] = []
    var timings = AnswerTimings()
    var notes: [String] = []
}

extension Assistant {
    /// Decides whether the documents are wanted and gets the passages; classification and retrieval run at the same time.
    func ground(_ request: AnswerRequest, start: ContinuousClock.Instant) async throws -> Grounding {
        guard let query = try retrievalQuery(request), request.retrieval.mode != .never else {
            return Grounding(state: .notWanted)
        }
        let classifies = request.retrieval.mode == .auto
        if try await isEmpty() {
            // Nothing to embed and nothing to decide, unless strictness hangs on whether documents were wanted.
            guard classifies, settings.isStrict else { return Grounding(state: .noDocuments) }
            return try await classifyAndRetrieve(request.messages, start: start) { Grounding(state: .noDocuments) }
        }
        guard classifies else { return try await retrieve(query, start: start) }
        return try await classifyAndRetrieve(request.messages, start: start) { try await retrieve(query, start: start) }
    }

    /// Nil when there is nothing to look for: no user text, or a client's housekeeping prompt.
    private func retrievalQuery(_ request: AnswerRequest) throws -> RetrievalQuery? {
        guard !request.messages.isEmpty else {
            throw OutcropFailure(.invalidRequest, "There is no message to answer. Send at least one.", parameter: "messages")
        }
        let topK = request.retrieval.topK ?? settings.topK
        guard (1...AssistantSettings.topKMax).contains(topK) else {
            throw OutcropFailure(
                .invalidRequest, "top_k must be between 1 and \(AssistantSettings.topKMax).", parameter: "retrieval.top_k")
        }
        guard request.retrieval.mode != .never, let question = Question(request.messages), !question.isHousekeeping else {
            return nil
        }
        return RetrievalQuery(
            texts: question.retrievalTexts, topK: topK, minScore: request.retrieval.minScore, filter: request.retrieval.filter)
    }

    /// A retriever that cannot say is asked; what keeps it from answering then has its own error.
    private func isEmpty() async throws -> Bool {
        let hasDocuments = try? await retriever.hasDocuments()
        try Task.checkCancellation()
        return hasDocuments == false
    }

    private func retrieve(_ query: RetrievalQuery, start: ContinuousClock.Instant) async throws -> Grounding {
        var wider = query
        if reranker != nil { wider.topK = settings.rerankCandidateCount(topK: query.topK) }
        let found = try await retriever.retrieve(wider).prefix(wider.topK)
            .filter { passage in query.minScore.map { passage.score >= $0 } ?? true }
        let retrieveMilliseconds = clock.milliseconds(since: start)
        let ranking = try await ranking(of: found, query)
        return Grounding(
            state: found.isEmpty ? .nothingFound : .grounded, passages: PassageMerger.merged(ranking.passages),
            timings: AnswerTimings(
                retrieveMilliseconds: retrieveMilliseconds, rerankMilliseconds: ranking.milliseconds),
            notes: ranking.note.map { [$0] } ?? [])
    }

    private enum Step: Sendable {
        /// Nil: it was not there by the deadline.
        case intent(Result<Intent?, any Error>, milliseconds: Double)
        case retrieved(Result<Grounding, any Error>)
    }

    private func classifyAndRetrieve(
        _ messages: [Message], start: ContinuousClock.Instant, retrieve: @escaping @Sendable () async throws -> Grounding
    ) async throws -> Grounding {
        try await withThrowingTaskGroup(of: Step.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                let decision = await result {
                    try await clock.value(within: settings.classifyDeadline) { try await intent.classify(messages) }
                }
                return .intent(decision, milliseconds: clock.milliseconds(since: start))
            }
            group.addTask { .retrieved(await result(retrieve)) }
            return try await join(&group)
        }
    }

    /// Takes the steps as they come: a casual message ends the retrieval, everything else waits for it.
    private func join(_ group: inout ThrowingTaskGroup<Step, any Error>) async throws -> Grounding {
        var isDecided = false
        var classifyMilliseconds: Double?
        var note: String?
        var retrieved: Result<Grounding, any Error>?
        while let step = try await group.next() {
            try Task.checkCancellation()
            switch step {
            case .intent(let intent, let milliseconds):
                isDecided = true
                classifyMilliseconds = milliseconds
                switch intent {
                case .success(.casual):
                    return Grounding(state: .notWanted, timings: AnswerTimings(classifyMilliseconds: milliseconds))
                case .success(.retrieval): break
                case .success(nil):
                    classifyMilliseconds = nil
                    note = "classification took longer than \(settings.classifyDeadline), so documents were searched"
                case .failure(let error): note = "classification failed, so documents were searched: \(Self.reason(error))"
                }
            case .retrieved(let result): retrieved = result
            }
            if isDecided, let retrieved {
                var grounding = try retrieved.get()
                grounding.timings.classifyMilliseconds = classifyMilliseconds
                if let note { grounding.notes.insert(note, at: 0) }
                return grounding
            }
        }
        throw CancellationError()
    }

    private func result<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
