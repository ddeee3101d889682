internal import AWS
internal import RAG

/// One round of the three list calls, side by side.
struct ModelListRefresh: Sendable {
    /// Longest round; what has not come by then counts as failed.
    static let deadlineSeconds = 30.0

    let source: ModelListSource
    let clock: AWSClock

    struct Outcome: Sendable {
        var foundationModels: [FoundationModel]?
        var systemProfiles: [InferenceProfile]?
        var applicationProfiles: [InferenceProfile]?
        /// Of one of the lists that failed.
        var failure: (any Error)?

        var isComplete: Bool { foundationModels != nil && systemProfiles != nil && applicationProfiles != nil }
    }

    fileprivate enum Step: Sendable {
        case foundationModels([FoundationModel])
        case profiles(ModelListSource.ProfileType, [InferenceProfile])
        case failed(any Error)
        case deadline
    }

    func run() async -> Outcome {
        await withTaskGroup(of: Step.self) { group in
            group.addTask { await step { .foundationModels(try await source.foundationModels()) } }
            for type in [ModelListSource.ProfileType.system, .application] {
                group.addTask { await step { .profiles(type, try await source.inferenceProfiles(type)) } }
            }
            group.addTask {
                try? await clock.sleep(Self.deadlineSeconds)
                return .deadline
            }
            var outcome = Outcome()
            var pending = 3
            while pending > 0, let step = await group.next() {
                pending -= outcome.take(step)
                // Cancelled calls end at once, as failures.
                if case .deadline = step { group.cancelAll() }
            }
            group.cancelAll()
            return outcome
        }
    }

    private func step(_ call: () async throws -> Step) async -> Step {
        do { return try await call() } catch { return .failed(error) }
    }
}

extension ModelListRefresh.Outcome {
    /// Gives how many calls the step ends.
    fileprivate mutating func take(_ step: ModelListRefresh.Step) -> Int {
        switch step {
        case .foundationModels(let models): foundationModels = models
        case .profiles(.system, let profiles): systemProfiles = profiles
        case .profiles(.application, let profiles): applicationProfiles = profiles
        case .failed(let error): failure = failure ?? error
        case .deadline: return 0
        }
        return 1
    }
}
