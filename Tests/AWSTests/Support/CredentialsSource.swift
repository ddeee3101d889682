import Synchronization

@testable import AWS

/// A source whose answers wait until the test gives them.
final class CredentialsSource: Sendable {
    private struct State {
        var asked = 0
        var pending: [CheckedContinuation<Credentials, any Error>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }
    private let state = Mutex(State())

    var asked: Int { state.withLock { $0.asked } }

    func fetch() async throws -> Credentials {
        try await withCheckedThrowingContinuation { continuation in
            let ready = state.withLock { state in
                state.asked += 1
                state.pending.append(continuation)
                let ready = state.watchers.filter { $0.count <= state.asked }
                state.watchers.removeAll { $0.count <= state.asked }
                return ready
            }
            for watcher in ready { watcher.continuation.resume() }
        }
    }

    /// Returns when the source has been asked `count` times in all.
    func untilAsked(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.asked < count { state.watchers.append((count, continuation)) }
                return state.asked >= count
            }
            if isReady { continuation.resume() }
        }
    }

    func answer(_ result: Result<Credentials, any Error>) {
        state.withLock { $0.pending.removeFirst() }.resume(with: result)
    }
}

/// What a source fails with.
struct SourceIsDown: Error {}

extension Credentials {
    static func named(_ id: String, expiration: Double? = nil) -> Credentials {
        Credentials(accessKeyID: id, secretAccessKey: "s3cr3t", expiration: expiration)
    }
}
