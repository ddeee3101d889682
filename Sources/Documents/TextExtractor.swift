/// Reads the text of one file, by its extension. A hostile file costs bounded time and memory.
package struct TextExtractor: Sendable {
    package struct Limits: Hashable, Sendable {
        package var fileBytesMax = 256 * 1_048_576
        package var textBytesMax = 64 * 1_048_576
        package var pdfSeconds = 60.0
        package var pdfMemoryBytesMax = 1_024 * 1_048_576
        package var pagesMax = 20_000

        package init() {}
    }

    package init(limits: Limits = Limits()) { fatalError("contract") }

    /// Lower-case extensions that can be read, without the dot.
    package static let extensions: Set<String> = ["txt", "md", "markdown", "html", "htm", "json", "csv", "pdf"]

    /// MIME type for a file name, `application/octet-stream` when unknown.
    package static func contentType(forFilename name: String) -> String { fatalError("contract") }

    /// The text of the file at `path`, whose kind follows from `filename`. Throws `ExtractionError`.
    package func extract(path: String, filename: String) async throws -> ExtractedDocument { fatalError("contract") }
}

/// Why a file gave no text, in words for its owner.
package struct ExtractionError: Error, Hashable, Sendable {
    package enum Code: String, Sendable {
        case unreadable, unsupported, tooLarge, noText, timedOut, damaged, encrypted, toolMissing
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
