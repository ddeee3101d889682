/// Reads the text of one file, by its extension. A hostile file costs bounded time and memory.
///
/// The text never contains U+0000 or CR, and U+000C only between the pages of a paged format. Nothing a document names is fetched.
package struct TextExtractor: Sendable {
    package struct Limits: Hashable, Sendable {
        package var fileBytesMax = 256 * 1_048_576
        /// Of the UTF-8 text that comes out.
        package var textBytesMax = 64 * 1_048_576
        /// Wall-clock seconds for one PDF, and processor seconds for each process that reads it.
        package var pdfSeconds = 60.0
        /// Address space of the `pdftotext` process.
        package var pdfMemoryBytesMax = 1_024 * 1_048_576
        package var pagesMax = 20_000
        /// Headings kept for one document; later ones stay plain text.
        package var headingsMax = 100_000

        package init() {}
    }

    /// Lower-case extensions that can be read, without the dot.
    package static let extensions = Set(DocumentFormat.allCases.flatMap(\.extensions))

    private let limits: Limits
    private let tools: PDFTools

    package init(limits: Limits = Limits()) {
        self.init(limits: limits, tools: PDFTools())
    }

    init(limits: Limits, tools: PDFTools) {
        self.limits = limits
        self.tools = tools
    }

    /// MIME type for a file name, `application/octet-stream` when unknown.
    package static func contentType(forFilename name: String) -> String {
        DocumentFormat(filename: name)?.contentType ?? "application/octet-stream"
    }

    /// The text of the file at `path`, whose kind follows from `filename`. Symbolic links are followed: whether to is for the caller.
    ///
    /// Throws `ExtractionError`, and `CancellationError` when the task is cancelled (the child process is then killed).
    package func extract(path: String, filename: String) async throws -> ExtractedDocument {
        guard let format = DocumentFormat(filename: filename) else {
            let known = Self.extensions.sorted().map { "." + $0 }.joined(separator: " ")
            throw ExtractionError(.unsupported, "This kind of file cannot be read. Save it as one of: \(known)")
        }
        try Task.checkCancellation()
        if format == .pdf { return try await PDFText(limits: limits, tools: tools).extract(path: path) }
        return try await BlockingWork.run { [limits] in
            let bytes = try BoundedFile(path: path, byteCountMax: limits.fileBytesMax).read()
            return try Self.document(bytes: bytes, format: format, limits: limits)
        }
    }

    /// The pure part: a file's bytes to its text.
    static func document(bytes: [UInt8], format: DocumentFormat, limits: Limits) throws -> ExtractedDocument {
        let label = format == .html ? CharacterEncoding.declaredInHTML(bytes) : nil
        let text = try TextDecoder(declared: label).decode(bytes)
        guard text.utf8.count <= limits.textBytesMax else { throw TextBuffer.tooLarge(limits.textBytesMax) }
        let document =
            switch format {
            case .plainText, .pdf: ExtractedDocument(text: text)
            case .markdown: MarkdownText(headingsMax: limits.headingsMax).document(text)
            case .html: try HTMLText.document(text, limits: limits)
            case .json: try JSONText.document(text, limits: limits)
            case .csv: try CSVText.document(text, limits: limits)
            }
        guard document.text.unicodeScalars.contains(where: { !$0.isWhiteSpace }) else {
            throw ExtractionError(.noText, "The file holds no text.")
        }
        return document
    }
}
