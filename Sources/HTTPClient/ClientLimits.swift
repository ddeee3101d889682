/// The client's fixed bounds; those a caller may want to change stand in `CurlClient.Configuration` and `Deadlines`.
enum ClientLimits {
    /// What one read of a socket takes at most (CURLOPT_BUFFERSIZE): also what curl itself keeps of a paused transfer.
    static let receiveBytes = 32 * 1024
    /// A response pauses before more than this waits in our buffer, so that it and curl's together stay within `bufferedBytesMax`.
    static let waitingBytesMax = ClientResponseBody.bufferedBytesMax - receiveBytes
    /// Status lines and header fields of one response, those of interim responses (1xx) and trailers counted too.
    static let headBytesMax = 64 * 1024
    static let urlBytesMax = 64 * 1024
    /// Easy handles kept for the next transfers.
    static let idleHandlesMax = 64
    /// A transfer is sent again so often when a reused connection turned out dead, or curl's clock ran while the process was frozen.
    static let restartsMax = 2
    static let eventsPerTurn = 256
    /// The longest sleep of the thread while a deadline is pending; also the precision of the clock across a freeze.
    static let tick: ActiveClock.Nanoseconds = 1_000_000_000
}
