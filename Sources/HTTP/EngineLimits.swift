/// The server's fixed bounds; those an operator may want to change stand in `HTTPLimits`.
enum EngineLimits {
    /// The largest piece of a request body handed to a handler, and the most bytes one `recv` takes.
    static let pieceBytesMax = 65_536
    /// The most bytes one `recv` takes while a head is awaited.
    static let headReceiveBytesMax = 16_384
    /// A response body up to this size travels with its head in one `send`.
    static let joinedBodyBytesMax = 65_536
    /// An unread request body up to this size is read away so that the connection can be kept.
    static let discardBytesMax = 262_144
    /// Reading away an unread body may take this long.
    static let discardSeconds = 5.0
    /// A closing connection takes this many more bytes so that the answer is not lost to a reset (RFC 9112 §9.6).
    static let lingerBytesMax = 64 * 1_048_576
    /// … and waits this long for the other end to close.
    static let lingerSeconds = 5.0
    /// Connections beyond `connectionsMax` that are answered with 503 at the same time; further ones wait in the backlog.
    static let refusalsMax = 32
    /// Descriptors that connections leave to files, the database and Dispatch, which can trap without one.
    static let descriptorsReserved = 64
    /// A refused connection must have sent its request head after this time.
    static let refusalSeconds = 5.0
    /// A connection that carries nothing is probed after this time …
    static let probeIdleSeconds: Int32 = 30
    /// … this often …
    static let probeIntervalSeconds: Int32 = 10
    /// … and is broken when so many probes in a row stay unanswered.
    static let probesMax: Int32 = 3
    /// A connection is broken when its peer acknowledges nothing for so long, or keeps its window shut; never before `writeSeconds`.
    static let unacknowledgedSeconds = 60.0
    /// After the drain deadline cancelled handlers have this long to unwind before `run` returns without them.
    static let abortSeconds = 1.0
    /// Accepted in one turn of the loop, so that a flood of connections does not starve the others.
    static let acceptsPerTurn = 64
    static let eventsPerTurn = 256
    /// Accepting again after the process ran out of descriptors, when no connection ends before.
    static let acceptRetrySeconds = 0.1
    /// The longest sleep of the loop while a deadline is pending; also the precision of the clock across a freeze.
    static let tickSeconds = 1.0
    /// Valid request ids of clients are at most this long.
    static let requestIDBytesMax = 128

    /// `connectionsMax`, or fewer where the process may have only so many descriptors (`ulimit -n`); at least one.
    static func connectionsMax(_ wanted: Int, descriptors: Int) -> Int {
        max(1, min(wanted, descriptors - descriptorsReserved - refusalsMax))
    }
}
