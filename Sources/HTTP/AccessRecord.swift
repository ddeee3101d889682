/// One finished exchange, for a log line. Holds nothing secret: no query, no fields, no bodies.
package struct AccessRecord: Hashable, Sendable {
    /// nil when the request head was refused.
    package var method: String?
    /// The target up to `?`, as sent; nil when the request head was refused.
    package var path: String?
    /// nil when no answer was begun.
    package var status: Int?
    /// Head and body bytes taken from the connection, without chunk framing.
    package var bytesIn: Int
    /// Everything the kernel took, head and framing included.
    package var bytesOut: Int
    /// From the complete head to the last byte of the answer.
    package var milliseconds: Double
    package var requestID: String
    package var peer: PeerAddress
    /// The client left, or the answer was cut, before its end.
    package var isCancelled: Bool
}
