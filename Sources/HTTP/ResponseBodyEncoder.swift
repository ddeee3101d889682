/// The octets of a streamed response: head, framed pieces, end. Pure; the head travels with the first piece.
struct ResponseBodyEncoder {
    private var head: [UInt8]?
    private let framing: ResponseHeadEncoder.Framing
    /// Bytes a declared length still wants.
    private var remaining: Int?
    /// The end was given out, or the body was cut.
    private(set) var isEnded = false

    init(head: [UInt8], framing: ResponseHeadEncoder.Framing) {
        self.head = head
        self.framing = framing
        if case .length(let count) = framing { remaining = count }
    }

    /// Whether anything was given out, so that no other answer is possible.
    var hasBegun: Bool { head == nil }

    /// One piece, framed. No bytes give the head alone the first time and nothing later: an empty chunk would end the body (RFC 9112 §7.1).
    mutating func encode(_ bytes: [UInt8]) throws(ServerError) -> [UInt8] {
        guard !isEnded else { throw ServerError(.misuse, "the response writer was used after its stream had ended") }
        if let remaining {
            guard bytes.count <= remaining else {
                throw ServerError(.contentLengthMismatch, "the stream writes \(bytes.count - remaining) bytes more than declared")
            }
            self.remaining = remaining - bytes.count
        }
        var output = takeHead()
        if framing == .chunked && !bytes.isEmpty {
            output.reserveCapacity(output.count + bytes.count + 20)
            output += String(bytes.count, radix: 16).utf8
            output += [13, 10]
            output += bytes
            output += [13, 10]
        } else {
            output += bytes
        }
        return output
    }

    /// What ends the body, once; throws when fewer bytes than declared were written.
    mutating func finish() throws(ServerError) -> [UInt8] {
        if isEnded { return [] }
        if let remaining, remaining > 0 {
            throw ServerError(.contentLengthMismatch, "the stream ended \(remaining) bytes before its declared length")
        }
        isEnded = true
        return takeHead() + (framing == .chunked ? Array("0\r\n\r\n".utf8) : [])
    }

    /// Nothing more goes out.
    mutating func cut() { isEnded = true }

    private mutating func takeHead() -> [UInt8] {
        defer { head = nil }
        return head ?? []
    }
}
