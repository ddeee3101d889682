/// Reads `multipart/form-data` (RFC 7578) incrementally: bounded memory whatever the file's size. Pure.
///
/// A machine over a small buffer: between two calls it holds at most one part's header block, or the start of what may be a
/// delimiter (boundary + 4 bytes). Text before the first and after the last delimiter is skipped, within `paddingBytesMax`.
package struct MultipartParser: Sendable {
    package enum Event: Hashable, Sendable {
        /// Headers of the next part: field name, file name (UTF-8, `filename*` understood), content type.
        case part(name: String, filename: String?, contentType: String?)
        case data([UInt8])
        case partEnd
        case end
    }

    /// Longest boundary (RFC 2046 §5.1.1).
    package static let boundaryBytesMax = 70
    /// Bytes of preamble, of epilogue and of white space after a delimiter, each.
    package static let paddingBytesMax = 4_096

    private enum State: Hashable, Sendable { case preamble, afterDelimiter, padding, header, dataStart, data, epilogue }

    private let headerBytesMax: Int
    private let partsMax: Int
    /// `CRLF "--" boundary`: its only CR is its first byte, so a match can begin at a CR only.
    private let delimiter: [UInt8]
    private var state = State.preamble
    /// Bytes not yet decided upon. Begins with CRLF, for a first delimiter at the body's start has none of its own.
    private var held: [UInt8] = [Octets.carriageReturn, Octets.lineFeed]
    /// `held` is consumed up to here while `feed` runs.
    private var position = 0
    /// In `header`: everything before this offset of `held` has been searched for the block's end.
    private var searched = 0
    private var partCount = 0
    private var skippedByteCount = 0
    private var refusal: HTTPParseError?

    /// Throws `HTTPParseError` 400 when the Content-Type is not multipart/form-data with a legal boundary.
    package init(contentType: String, headerBytesMax: Int = 16_384, partsMax: Int = 64) throws {
        guard let parameters = FieldParameters(contentType.utf8), parameters.value == "multipart/form-data" else {
            throw HTTPParseError.badRequest("the Content-Type is not multipart/form-data")
        }
        guard let boundary = parameters["boundary"], Self.isBoundary(boundary) else {
            throw HTTPParseError.badRequest("the Content-Type has no legal boundary")
        }
        self.headerBytesMax = headerBytesMax
        self.partsMax = partsMax
        delimiter = Array("\r\n--".utf8) + boundary
    }

    /// Feeds bytes, gets the events they complete. Throws `HTTPParseError`, and the same again from then on.
    package mutating func feed(_ bytes: [UInt8]) throws -> [Event] {
        if let refusal { throw refusal }
        held += bytes
        var events: [Event] = []
        do {
            while try step(&events) {}
        } catch {
            refusal = error
            held = []
            throw error
        }
        held.removeFirst(position)
        searched -= position
        position = 0
        return events
    }

    /// Call at the end of the body; throws when the closing boundary is missing.
    package mutating func finish() throws {
        if let refusal { throw refusal }
        guard state == .epilogue else { throw HTTPParseError.badRequest("the multipart body ends before its closing boundary") }
    }

    /// Decides upon some of `held`. False when more input is needed.
    private mutating func step(_ events: inout [Event]) throws(HTTPParseError) -> Bool {
        switch state {
        case .preamble: return try stepPreamble()
        case .afterDelimiter: return try stepAfterDelimiter(&events)
        case .padding: return try stepPadding()
        case .header: return try stepHeader(&events)
        case .dataStart: return stepDataStart()
        case .data: return stepData(&events)
        case .epilogue:
            try skip(held.count - position)
            return false
        }
    }

    private mutating func stepPreamble() throws(HTTPParseError) -> Bool {
        let (text, found) = searchDelimiter()
        try skip(text.count)
        guard found else { return false }
        enter(.afterDelimiter, consuming: delimiter.count)
        return true
    }

    /// `--` closes the body; otherwise white space and CRLF follow (RFC 2046 §5.1.1).
    private mutating func stepAfterDelimiter(_ events: inout [Event]) throws(HTTPParseError) -> Bool {
        let hyphen = UInt8(ascii: "-")
        guard position < held.count else { return false }
        guard held[position] == hyphen else {
            enter(.padding, consuming: 0)
            return true
        }
        guard position + 1 < held.count else { return false }
        guard held[position + 1] == hyphen else { throw .delimiter }
        enter(.epilogue, consuming: 2)
        events.append(.end)
        return true
    }

    private mutating func stepPadding() throws(HTTPParseError) -> Bool {
        try skip(held[position...].prefix(while: Octets.isBlank).count)
        guard position < held.count else { return false }
        guard held[position] == Octets.carriageReturn else { throw .delimiter }
        guard position + 1 < held.count else { return false }
        guard held[position + 1] == Octets.lineFeed else { throw .delimiter }
        partCount += 1
        guard partCount <= partsMax else { throw HTTPParseError(status: 413, reason: "more than \(partsMax) parts") }
        // The CRLF stays, so that a block of no lines ends in CRLF CRLF like any other.
        enter(.header, consuming: 0)
        searched = position
        return true
    }

    /// The block begins with the CRLF of the delimiter line and ends with CRLF CRLF.
    private mutating func stepHeader(_ events: inout [Event]) throws(HTTPParseError) -> Bool {
        var end = searched
        while end + 3 < held.count, !held[end...].starts(with: "\r\n\r\n".utf8) { end += 1 }
        searched = end
        let blockCount = end - position
        guard blockCount <= headerBytesMax else {
            throw .badRequest("the header of a part is larger than \(headerBytesMax) bytes")
        }
        guard end + 3 < held.count else { return false }
        let head = try MultipartPartHead(held[position..<end].dropFirst(2))
        events.append(.part(name: head.name, filename: head.filename, contentType: head.contentType))
        enter(.dataStart, consuming: blockCount + 2)
        return true
    }

    /// The empty line's CRLF is the delimiter's own where the part has no body at all (RFC 2046 §5.1.1, `body-part`).
    private mutating func stepDataStart() -> Bool {
        let count = matchingCount(at: position)
        guard count > 0 || held.count - position < 2 else {
            enter(.data, consuming: 2)
            return true
        }
        guard count == delimiter.count else { return false }
        enter(.data, consuming: 0)
        return true
    }

    private mutating func stepData(_ events: inout [Event]) -> Bool {
        let (data, found) = searchDelimiter()
        if !data.isEmpty { events.append(.data(Array(held[data]))) }
        position = data.upperBound
        guard found else { return false }
        events.append(.partEnd)
        enter(.afterDelimiter, consuming: delimiter.count)
        return true
    }

    /// What stands before the next delimiter, or before what may become one with more input.
    private func searchDelimiter() -> (before: Range<Int>, found: Bool) {
        var start = position
        while let candidate = held[start...].firstIndex(of: Octets.carriageReturn) {
            let count = matchingCount(at: candidate)
            if count > 0 { return (position..<candidate, count == delimiter.count) }
            start = candidate + 1
        }
        return (position..<held.count, false)
    }

    /// How many bytes of `held` at `index` match the delimiter: 0 when one differs, fewer than the delimiter's count when `held` ends first.
    private func matchingCount(at index: Int) -> Int {
        let count = min(held.count - index, delimiter.count)
        return held[index..<index + count].elementsEqual(delimiter[..<count]) ? count : 0
    }

    private mutating func enter(_ next: State, consuming count: Int) {
        state = next
        position += count
        skippedByteCount = 0
    }

    private mutating func skip(_ count: Int) throws(HTTPParseError) {
        position += count
        skippedByteCount += count
        guard skippedByteCount <= Self.paddingBytesMax else {
            throw .badRequest("more than \(Self.paddingBytesMax) bytes outside of the parts")
        }
    }

    /// `0*69<bchars> bcharsnospace` (RFC 2046 §5.1.1).
    private static func isBoundary(_ bytes: [UInt8]) -> Bool {
        let isLegal = bytes.allSatisfy { byte in
            Octets.isLetterOrDigit(byte) || "'()+_,-./:=? ".utf8.contains(byte)
        }
        return (1...boundaryBytesMax).contains(bytes.count) && isLegal && bytes.last != Octets.space
    }
}

extension HTTPParseError {
    static var delimiter: HTTPParseError { .badRequest("a multipart boundary is not followed by CRLF") }
}
