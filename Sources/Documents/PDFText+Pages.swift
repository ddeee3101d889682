/// Page numbers that hold for hostile and damaged files too.
extension PDFText {
    /// The text of every page of the range, each ending with its only form feed.
    ///
    /// `pdftotext` ends a page with a form feed. Yet a font may map a glyph to text with a form feed inside, and the file may promise
    /// more pages than it has: then the count is not that of the range, which is halved until the page in question is alone.
    func pages(_ range: ClosedRange<Int>, path: String, until deadline: SuspendingClock.Instant) async throws -> [UInt8] {
        let output = try await convert(path: path, pages: range, until: deadline)
        if output.count(where: { $0 == 0x0C }) == range.count { return output }
        // None of them exists.
        if output.isEmpty { return [UInt8](repeating: 0x0C, count: range.count) }
        guard range.count > 1 else { return Self.singlePage(output) }
        let middle = range.lowerBound + range.count / 2
        let first = try await pages(range.lowerBound...(middle - 1), path: path, until: deadline)
        let second = try await pages(middle...range.upperBound, path: path, until: deadline)
        guard first.count + second.count <= limits.textBytesMax else { throw TextBuffer.tooLarge(limits.textBytesMax) }
        return first + second
    }

    /// Form feeds but the last become line ends, as in other formats.
    static func singlePage(_ output: [UInt8]) -> [UInt8] {
        let text = output.last == 0x0C ? output.dropLast() : output[...]
        return text.map { $0 == 0x0C ? 0x0A : $0 } + [0x0C]
    }
}
