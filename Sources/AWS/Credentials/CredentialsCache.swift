internal import Synchronization

/// Keeps what `fetch` gave and asks again in time, at most once at the same moment.
///
/// Three times of life, reckoned back from the expiry: fresh; *advisory*, where one caller refreshes and the others go on with what
/// they have; *mandatory* and expired, where all wait for the one refresh. The windows are those of botocore, but never more than a half
/// and a third of what was left when the credentials came, so that short-lived ones are not fetched at every call. Unlike botocore's, a
/// refresh that fails takes nothing away: what is kept serves to its very end, unless AWS refused it.
///
/// The refresh runs in a task of its own: who is cancelled leaves at once, and the refresh goes on for the others. It is bounded by the
/// deadlines of the requests it makes.
final class CredentialsCache: Sendable {
    static let advisorySeconds = 900.0
    static let mandatorySeconds = 600.0
    /// After a failed refresh what has not expired serves this long before the next one.
    static let retryPauseSeconds = 30.0
    /// Calls that wait for one refresh; more are refused.
    static let waitersMax = 4_096

    fileprivate struct Entry {
        var credentials: Credentials
        /// Unix seconds.
        var advisoryAt: Double
        var mandatoryAt: Double
    }

    fileprivate struct State {
        var entry: Entry?
        var isRefreshing = false
        /// By the clock that only goes forward.
        var pausedUntil = -Double.infinity
        var waiters: [UInt64: CheckedContinuation<Credentials, any Error>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())
    private let clock: AWSClock
    private let fetch: @Sendable () async throws -> Credentials

    init(clock: AWSClock, fetch: @escaping @Sendable () async throws -> Credentials) {
        self.clock = clock
        self.fetch = fetch
    }

    /// Throws what `fetch` throws, or `CancellationError`.
    func credentials() async throws -> Credentials {
        let now = moment
        if let credentials = state.withLock({ $0.serving(at: now) }) { return credentials }
        do {
            return try await refreshed()
        } catch let error where !(error is CancellationError) {
            // A slow failure may have outlived what was kept, and somebody may have invalidated it.
            let now = moment
            guard let kept = state.withLock({ $0.unexpired(at: now)?.credentials }) else { throw error }
            return kept
        }
    }

    /// Forgets `refused` if it is what is kept. A refresh that runs already is waited for by the next caller.
    func invalidate(_ refused: Credentials) {
        state.withLock { state in
            if state.entry?.credentials == refused { state.entry = nil }
        }
    }

    /// Calls that wait at this moment.
    var waiterCount: Int { state.withLock { $0.waiters.count } }

    // MARK: The refresh

    private func refreshed() async throws -> Credentials {
        let id = state.withLock { state in
            defer { state.nextWaiter += 1 }
            return state.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let now = moment
                switch state.withLock({ $0.enlist(continuation, as: id, at: now) }) {
                case .started: startRefresh()
                case .joined: break
                case .unneeded(let credentials): continuation.resume(returning: credentials)
                case .refused:
                    continuation.resume(throwing: AWSError.credentials("too many calls wait for credentials: try again"))
                }
                // Cancelled before there was anything to cancel.
                if Task.isCancelled { leave(id) }
            }
        } onCancel: {
            leave(id)
        }
    }

    private var moment: Moment { Moment(unixSeconds: clock.unixSeconds(), uptimeSeconds: clock.uptimeSeconds()) }

    private func leave(_ id: UInt64) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
    }

    private func startRefresh() {
        Task {
            let result: Result<Credentials, any Error>
            do {
                result = .success(try unexpired(await fetch()))
            } catch {
                result = .failure(error)
            }
            finish(result)
        }
    }

    private func unexpired(_ credentials: Credentials) throws -> Credentials {
        guard let expiration = credentials.expiration, expiration <= clock.unixSeconds() else { return credentials }
        throw AWSError.credentials(
            "the new credentials have expired already: check this machine's clock and the source of the credentials")
    }

    private func finish(_ result: Result<Credentials, any Error>) {
        let now = moment
        let waiters = state.withLock { $0.finish(result, at: now) }
        for waiter in waiters { waiter.resume(with: result) }
    }
}

extension CredentialsCache {
    fileprivate struct Moment {
        var unixSeconds: Double
        /// On the clock that only goes forward.
        var uptimeSeconds: Double
    }

    fileprivate enum Enlistment {
        /// The caller has to start the refresh.
        case started
        case joined
        /// Since the caller decided to wait somebody else has refreshed, or tried to.
        case unneeded(Credentials)
        case refused
    }
}

extension CredentialsCache.State {
    fileprivate func unexpired(at now: CredentialsCache.Moment) -> CredentialsCache.Entry? {
        entry.flatMap { now.unixSeconds < $0.credentials.expiration ?? .infinity ? $0 : nil }
    }

    /// What serves without a refresh; nil when the caller has to start one or to wait for it.
    fileprivate func serving(at now: CredentialsCache.Moment) -> Credentials? {
        guard let entry = unexpired(at: now) else { return nil }
        let isFresh = now.unixSeconds < entry.advisoryAt
        let othersRefresh = isRefreshing && now.unixSeconds < entry.mandatoryAt
        return isFresh || othersRefresh || now.uptimeSeconds < pausedUntil ? entry.credentials : nil
    }

    fileprivate mutating func enlist(
        _ waiter: CheckedContinuation<Credentials, any Error>, as id: UInt64, at now: CredentialsCache.Moment
    ) -> CredentialsCache.Enlistment {
        if let credentials = serving(at: now) { return .unneeded(credentials) }
        guard waiters.count < CredentialsCache.waitersMax else { return .refused }
        waiters[id] = waiter
        defer { isRefreshing = true }
        return isRefreshing ? .joined : .started
    }

    /// Keeps a success; a failure only puts off the next refresh while what is kept is good. Gives back who waits.
    fileprivate mutating func finish(
        _ result: Result<Credentials, any Error>, at now: CredentialsCache.Moment
    ) -> [CheckedContinuation<Credentials, any Error>] {
        switch result {
        case .success(let credentials):
            let expiration = credentials.expiration ?? .infinity
            let left = expiration - now.unixSeconds
            entry = CredentialsCache.Entry(
                credentials: credentials,
                advisoryAt: expiration - min(CredentialsCache.advisorySeconds, left / 2),
                mandatoryAt: expiration - min(CredentialsCache.mandatorySeconds, left / 3))
            pausedUntil = -.infinity
        case .failure:
            pausedUntil = now.uptimeSeconds + CredentialsCache.retryPauseSeconds
        }
        isRefreshing = false
        defer { waiters = [:] }
        return Array(waiters.values)
    }
}
