/// One finished exchange, for a log line. Holds nothing secret: no query, no fields, no bodies.
package struct AccessRecord: Hashable, Sendable {
    /// nil when the request head was refused.
    package var method: String?
    /// The target up to `?`, at most `pathBytesMax` bytes of it; nil when the request head was refused. What is not visible ASCII is percent-encoded, so
    /// that no client can write line ends or text that runs backwards into a log.
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

    package static let pathBytesMax = 1_024

    static func path(ofTarget target: String) -> String {
        var path = ""
        for byte in target.utf8.prefix(while: { $0 != UInt8(ascii: "?") }).prefix(pathBytesMax) {
            if (0x21...0x7E).contains(byte) {
                path.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                path += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return path
    }
}
