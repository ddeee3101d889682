import Glibc
import Subprocess

/// Text per page of a PDF through poppler's `pdftotext`, in a bounded child process: a hostile file cannot take the server down.
struct PDFText: Sendable {
    let limits: TextExtractor.Limits
    let tools: PDFTools

    func extract(path: String) async throws -> ExtractedDocument {
        let signatureLength = 1_024
        let head = try await BlockingWork.run { [limits] in
            try BoundedFile(path: path, byteCountMax: limits.fileBytesMax).readPrefix(signatureLength)
        }
        // Readers accept the header anywhere in the first kilobyte (ISO 32000-1, Annex H, note 13).
        guard head.firstRange(of: Array("%PDF-".utf8)) != nil else {
            throw ExtractionError(.damaged, "The file is no PDF: it does not begin with %PDF-.")
        }
        let deadline = SuspendingClock.now + .seconds(limits.pdfSeconds)
        let argument = Self.argument(path)
        let (title, pageCount) = await information(path: argument)
        guard pageCount ?? 0 <= limits.pagesMax else { throw tooManyPages }
        let bytes =
            if let pageCount, pageCount > 0 {
                try await pages(1...pageCount, path: argument, until: deadline)
            } else {
                // Without the tool, or with a file that only `pdftotext` can say something about.
                try await convert(path: argument, pages: nil, until: deadline)
            }
        let text = try await BlockingWork.run { try Self.joinedPages(bytes) }
        return ExtractedDocument(text: text, isPaged: true, title: title)
    }

    /// A leading `./` keeps poppler from reading `-` as standard input, `-x` as an option or `http:` as an address.
    static func argument(_ path: String) -> String { path.hasPrefix("/") ? path : "./" + path }

    /// Every page ends with a form feed, the last one too; blank pages stay, or the numbers of later pages would be wrong.
    static func joinedPages(_ output: [UInt8]) throws(ExtractionError) -> String {
        var bytes = output
        if bytes.last == 0x0C { bytes.removeLast() }
        for index in bytes.indices where bytes[index] == 0x0D { bytes[index] = 0x0A }
        var text = String(decoding: bytes, as: UTF8.self)
        if bytes.contains(0) { text = String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 })) }
        guard text.unicodeScalars.contains(where: { !$0.isWhiteSpace }) else {
            throw ExtractionError(.noText, "The PDF holds no text, only images: it needs OCR (for example ocrmypdf).")
        }
        return text
    }

    /// The output of `pdftotext` for these pages, or all.
    func convert(
        path: String, pages: ClosedRange<Int>?, until deadline: SuspendingClock.Instant
    ) async throws -> [UInt8] {
        let seconds = SuspendingClock.now.duration(to: deadline) / .seconds(1)
        guard seconds > 0 else { throw timedOut }
        guard let pdftotext = tools.pdftotext, let prlimit = tools.prlimit else { throw toolMissing }
        let range = pages.map { ["-f", "\($0.lowerBound)", "-l", "\($0.upperBound)"] } ?? []
        // Without -q: what poppler says on standard error tells an encrypted file from a damaged one.
        let process = BoundedProcess(
            prlimit: prlimit, executable: pdftotext, arguments: ["-enc", "UTF-8", "-eol", "unix"] + range + [path, "-"],
            seconds: seconds, memoryBytesMax: limits.pdfMemoryBytesMax, outputBytesMax: limits.textBytesMax,
            pagesMax: limits.pagesMax)
        do {
            let output = try await process.run()
            if let failure = Self.failure(output) { throw failure }
            return output.bytes
        } catch BoundedProcess.Failure.timedOut {
            throw timedOut
        } catch BoundedProcess.Failure.outputTooLarge {
            throw TextBuffer.tooLarge(limits.textBytesMax)
        } catch BoundedProcess.Failure.tooManyPages {
            throw tooManyPages
        } catch BoundedProcess.Failure.notStarted {
            throw toolMissing
        }
    }

    /// Exit codes of pdftotext(1): 1 cannot open, 3 no permission to copy; 126 and 127 are prlimit's.
    private static func failure(_ output: BoundedProcess.Output) -> ExtractionError? {
        switch output.status {
        case .exited(0): return nil
        case .exited(1) where output.errors.contains("Incorrect password"):
            return ExtractionError(.encrypted, "The PDF needs a password. Save it without one.")
        case .exited(3): return ExtractionError(.encrypted, "The PDF forbids copying its text. Save it without that restriction.")
        case .exited(126), .exited(127):
            return ExtractionError(.toolMissing, "pdftotext cannot be started. Install poppler-utils.")
        case .signaled(SIGXCPU): return ExtractionError(.timedOut, "Reading the PDF used up its processor time.")
        case .signaled(let signal):
            return ExtractionError(
                .damaged, "The PDF made its reader stop (signal \(signal)): damaged, or beyond the memory limit.")
        default: return ExtractionError(.damaged, "The PDF is damaged and cannot be repaired. Export it again.")
        }
    }

    /// The Title of the document information and the number of pages, by `pdfinfo`; nil for what it does not tell.
    private func information(path: String) async -> (title: String?, pageCount: Int?) {
        guard let pdfinfo = tools.pdfinfo, let prlimit = tools.prlimit else { return (nil, nil) }
        let process = BoundedProcess(
            prlimit: prlimit, executable: pdfinfo, arguments: ["-enc", "UTF-8", path], seconds: min(limits.pdfSeconds, 10),
            memoryBytesMax: limits.pdfMemoryBytesMax, outputBytesMax: 65_536, pagesMax: 64)
        guard let output = try? await process.run(), case .exited(0) = output.status else { return (nil, nil) }
        return Self.information(output.bytes)
    }

    /// The title comes first and may hold line ends, so that a line of it looks like another key: the last page count is the true one.
    static func information(_ output: [UInt8]) -> (title: String?, pageCount: Int?) {
        let lines = output.split(separator: 0x0A)
        func value(_ key: String, in lines: some Sequence<ArraySlice<UInt8>>) -> String? {
            let line = lines.first { $0.starts(with: key.utf8) }
            return line.flatMap { HeadingTitle.bounded($0.dropFirst(key.utf8.count)) }
        }
        return (value("Title:", in: lines), value("Pages:", in: lines.reversed()).flatMap { Int($0) })
    }

    private var tooManyPages: ExtractionError {
        ExtractionError(.tooLarge, "The PDF has more than \(limits.pagesMax) pages. Split it.")
    }

    private var toolMissing: ExtractionError {
        tools.prlimit == nil
            ? ExtractionError(.toolMissing, "PDFs need prlimit. Install util-linux.")
            : ExtractionError(.toolMissing, "PDFs need pdftotext. Install poppler-utils.")
    }

    var timedOut: ExtractionError {
        ExtractionError(.timedOut, "Reading the PDF took longer than \(limits.pdfSeconds) seconds. Split it or raise the limit.")
    }
}
