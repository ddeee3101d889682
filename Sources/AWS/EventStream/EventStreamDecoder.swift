/// Decodes event-stream framing incrementally: bytes in, messages out, both CRC-32s checked.
///
/// Layout, big-endian: total length (4), headers length (4), prelude CRC (4), headers, payload, message CRC (4).
/// Source: AWS, "Amazon Event Stream encoding"; Smithy, "Event stream specification".
package struct EventStreamDecoder: Sendable {
    /// Longest message: AWS allows 16 MiB of payload and 128 KiB of headers.
    package static let messageBytesMax = 16 * 1_048_576 + 128 * 1_024 + 16
    package static let headersBytesMax = 128 * 1_024

    /// Why the stream is broken. A decoder that has thrown stays broken.
    package struct Failure: Error, Hashable, Sendable {
        package var reason: String
    }

    package init() {}

    /// Takes more bytes and gives the messages they complete. Bytes of an unfinished message are kept.
    package mutating func decode(_ bytes: [UInt8]) throws(Failure) -> [EventStreamMessage] { fatalError("contract") }

    /// Throws when the stream ends inside a message.
    package func finish() throws(Failure) { fatalError("contract") }
}
