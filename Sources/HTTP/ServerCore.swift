internal import Logging
import Synchronization

/// What all connections of a server share.
final class ServerCore: Sendable {
    let configuration: Server.Configuration
    let logger: Logger
    let handler: Handler
    let clock: ActiveClock
    let dates = DateCache()
    let isDraining = Atomic<Bool>(false)

    init(_ configuration: Server.Configuration, logger: Logger, handler: @escaping Handler, clock: ActiveClock) {
        self.configuration = configuration
        self.logger = logger
        self.handler = handler
        self.clock = clock
    }

    var limits: HTTPLimits { configuration.limits }

    /// One `recv` while a head is awaited: what it takes beyond the head is the read-ahead.
    var receiveBytesMax: Int { max(1, min(limits.readAheadBytesMax, EngineLimits.headReceiveBytesMax)) }
}
