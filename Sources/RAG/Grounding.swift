/// What the answer will stand on, and how long it took to find out.
struct Grounding: Hashable, Sendable {
    var state: GroundingState
    var passages: [Passage] = []
    var timings = AnswerTimings()
}

extension Assistant {
    /// Decides whether the documents are wanted and gets the passages; classification and retrieval run at the same time.
    func ground(_ request: AnswerRequest, start: ContinuousClock.Instant) async throws -> Grounding {
        let query = try retrievalQuery(request)
        guard let query else { return Grounding(state: .notWanted) }
        switch request.retrieval.mode {
        case .never: return Grounding(state: .notWanted)
        case .always: return try await retrieve(query, start: start)
        case .auto: return try await classifyAndRetrieve(request.messages, query, start: start)
        }
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
        guard let question = Question(request.messages), !question.isHousekeeping else { return nil }
        return RetrievalQuery(
            texts: question.retrievalTexts, topK: topK, minScore: request.retrieval.minScore, filter: request.retrieval.filter)
    }

    private func retrieve(_ query: RetrievalQuery, start: ContinuousClock.Instant) async throws -> Grounding {
        let found = try await retriever.retrieve(query).prefix(query.topK)
            .filter { passage in query.minScore.map { passage.score >= $0 } ?? true }
        // Only an empty result asks whether there was anything to search.
        let hasDocuments = found.isEmpty ? try await retriever.hasDocuments() : true
        let state: GroundingState = !found.isEmpty ? .grounded : hasDocuments ? .nothingFound : .noDocuments
        var grounding = Grounding(state: state, passages: PassageMerger.merged(found))
        grounding.timings.retrieveMilliseconds = clock.milliseconds(since: start)
        return grounding
    }

    private enum Step: Sendable {
        /// Nil: the classifier failed, which counts as undecided.
        case intent(Intent?, milliseconds: Double)
        case deadline
        case retrieved(Result<Grounding, any Error>)
    }

    private func classifyAndRetrieve(
        _ messages: [Message], _ query: RetrievalQuery, start: ContinuousClock.Instant
    ) async throws -> Grounding {
        try await withThrowingTaskGroup(of: Step.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                let intent = try? await intent.classify(messages)
                return .intent(intent, milliseconds: clock.milliseconds(since: start))
            }
            group.addTask { .retrieved(await result { try await retrieve(query, start: start) }) }
            group.addTask {
                // A cancelled sleep ends the same way; by then nobody listens.
                try? await clock.sleep(settings.classifyDeadline)
                return .deadline
            }
            return try await join(&group)
        }
    }

    /// Takes the steps as they come: a casual message ends the retrieval, everything else waits for it.
    private func join(_ group: inout ThrowingTaskGroup<Step, any Error>) async throws -> Grounding {
        var isDecided = false
        var classifyMilliseconds: Double?
        var retrieved: Result<Grounding, any Error>?
        while let step = try await group.next() {
            try Task.checkCancellation()
            switch step {
            case .intent(let intent, let milliseconds):
                if isDecided { continue }
                isDecided = true
                classifyMilliseconds = milliseconds
                if intent == .casual {
                    return Grounding(state: .notWanted, timings: AnswerTimings(classifyMilliseconds: milliseconds))
                }
            case .deadline: isDecided = true
            case .retrieved(let result): retrieved = result
            }
            if isDecided, let retrieved {
                var grounding = try retrieved.get()
                grounding.timings.classifyMilliseconds = classifyMilliseconds
                return grounding
            }
        }
        throw CancellationError()
    }

    private func result(_ body: () async throws -> Grounding) async -> Result<Grounding, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
