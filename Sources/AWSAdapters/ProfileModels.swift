internal import AWS
internal import RAG
internal import Synchronization

/// Which model stands behind an application inference profile: asked once, then remembered.
final class ProfileModels: Sendable {
    /// Profiles remembered; when they are more, all are forgotten, and asked again when they are used.
    static let countMax = 256
    /// After a failure nobody asks again for so long.
    static let pauseSeconds = 60.0

    private enum Entry {
        case asking(Task<BedrockModelName?, any Error>)
        case known(BedrockModelName)
        case failed(untilSeconds: Double)
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let profile: @Sendable (String) async throws -> InferenceProfile
    private let clock: AWSClock

    init(clock: AWSClock, profile: @escaping @Sendable (String) async throws -> InferenceProfile) {
        self.clock = clock
        self.profile = profile
    }

    var count: Int { entries.withLock { $0.count } }

    /// The model, or nil when it cannot be told within `waitSeconds`; asking goes on for those who come later.
    func model(of arn: String, waitSeconds: Double) async -> BedrockModelName? {
        guard let task = lookUp(arn) else { return known(arn) }
        await task.wait(seconds: waitSeconds, clock: clock)
        return known(arn)
    }

    private func known(_ arn: String) -> BedrockModelName? {
        entries.withLock { if case .known(let name) = $0[arn] { name } else { nil } }
    }

    /// The call to wait for, unless it is decided already.
    private func lookUp(_ arn: String) -> Task<BedrockModelName?, any Error>? {
        let now = clock.uptimeSeconds()
        return entries.withLock { entries in
            switch entries[arn] {
            case .asking(let task): return task
            case .known: return nil
            case .failed(let untilSeconds) where now < untilSeconds: return nil
            case .failed, nil: break
            }
            if entries.count >= Self.countMax { entries = [:] }
            let task = Task<BedrockModelName?, any Error> { await self.ask(arn) }
            entries[arn] = .asking(task)
            return task
        }
    }

    private func ask(_ arn: String) async -> BedrockModelName? {
        let name = try? await profile(arn).modelARNs.first.map { BedrockModelName($0) }
        let untilSeconds = clock.uptimeSeconds() + Self.pauseSeconds
        entries.withLock { $0[arn] = name.map { .known($0) } ?? .failed(untilSeconds: untilSeconds) }
        return name
    }
}

extension Task where Success: Sendable, Failure == any Error {
    /// Returns when the task has ended, after `seconds`, or when the caller is cancelled; the task itself goes on.
    func wait(seconds: Double, clock: AWSClock) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await valueUnlessCancelled }
            group.addTask { try? await clock.sleep(seconds) }
            await group.next()
            group.cancelAll()
        }
    }
}
