/// Every bound of the server, each a named setting (`OUTCROP_LIMIT_<NAME>`).
package struct HTTPLimits: Hashable, Sendable {
    package var requestLineBytesMax = 16_384
    package var headBytesMax = 65_536
    package var fieldCountMax = 128
    package var bodyBytesMax = 16 * 1_048_576
    package var trailerBytesMax = 8_192
    package var chunkExtensionBytesMax = 1_024
    package var connectionsMax = 4_096
    package var headSeconds = 30.0
    package var bodyIdleSeconds = 30.0
    /// On average, beyond the first `bodyIdleSeconds`; slower clients get 408. The handler's own time does not count.
    package var bodyBytesPerSecondMin = 500
    package var keepAliveSeconds = 75.0
    package var writeSeconds = 30.0
    package var drainSeconds = 10.0
    /// How long a client that has closed its sending side may wait for its answer, or for a stream's end. Short, as such a client has
    /// almost always gone, and what its answer costs upstream goes on till then.
    package var halfClosedSeconds = 0.05
    /// Pipelined bytes read ahead of the request being handled.
    package var readAheadBytesMax = 65_536

    package init() {}
}
