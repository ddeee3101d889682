import Testing

@testable import HTTP

/// The table of hostile inputs against the pure parsers.
@Suite struct HostileInputTests {
    /// Up to this size every split is tried; longer inputs are cut at every 1,021st byte.
    static let everySplitBytesMax = 600

    @Test func `holds at least 120 rows with names of their own`() {
        #expect(HostileInputs.all.count >= 120)
        #expect(Set(HostileInputs.all.map(\.name)).count == HostileInputs.all.count)
    }

    @Test(arguments: HostileInputs.all) func `gives its verdict on the whole input`(_ input: HostileInput) {
        #expect(Self.verdict(input.bytes, cuts: []) == input.verdict)
    }

    @Test(arguments: HostileInputs.all) func `gives the same verdict byte by byte`(_ input: HostileInput) {
        #expect(Self.verdict(input.bytes, cuts: Array(0..<input.bytes.count)) == input.verdict)
    }

    @Test(arguments: HostileInputs.all) func `gives the same verdict at every split`(_ input: HostileInput) {
        let step = input.bytes.count <= Self.everySplitBytesMax ? 1 : 1_021
        for cut in stride(from: 0, to: input.bytes.count, by: step) {
            let verdict = Self.verdict(input.bytes, cuts: [cut])
            if verdict != input.verdict { Issue.record("\(verdict) when cut at \(cut), expected \(input.verdict)") }
        }
    }

    /// What a server would make of the message: head, then body by its framing.
    static func verdict(_ bytes: [UInt8], cuts: [Int]) -> HostileInput.Verdict {
        let outcome = Feed.head(bytes, cuts: cuts)
        if let refusal = outcome.refusal { return .refused(refusal.status) }
        guard let head = outcome.head, let consumed = outcome.consumed else { return .incomplete }
        let rest = Array(bytes[consumed...])
        switch head.framing {
        case .none: return .accepted(left: rest.count)
        case .length(let count):
            guard rest.count >= count else { return .incomplete }
            return .accepted(body: String(decoding: rest[..<count], as: UTF8.self), left: rest.count - count)
        case .chunked:
            let body = Feed.chunked(rest, cuts: cuts.map { $0 - consumed }.filter { $0 >= 0 })
            if let refusal = body.refusal { return .refused(refusal.status) }
            guard let end = body.consumed else { return .incomplete }
            return .accepted(body: String(decoding: body.body, as: UTF8.self), left: rest.count - end)
        }
    }
}
