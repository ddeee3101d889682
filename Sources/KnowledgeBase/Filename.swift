internal import RAG

/// A name an upload may have: one path component, as the client wrote it.
struct Filename: Hashable, Sendable {
    /// Linux's NAME_MAX.
    static let byteCountMax = 255

    let text: String

    /// Unicode and spaces are kept; folders, hidden names and control characters are refused.
    init(_ text: String) throws {
        guard !text.isEmpty, text.utf8.count <= Self.byteCountMax else {
            throw Self.invalid("must have 1 to \(Self.byteCountMax) bytes in UTF-8")
        }
        // By bytes, for a Character may have swallowed the slash or the dot: "/\u{301}" is another Character than "/".
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }),
            text.utf8.first != UInt8(ascii: ".")
        else { throw Self.invalid("must be a plain name: no / or \\ and no dot in front") }
        guard !FolderScanner.isSidecar(text) else {
            throw Self.invalid("must not end in \(FolderScanner.sidecarSuffix): send the metadata along with the document")
        }
        guard !text.unicodeScalars.contains(where: Self.isForbidden) else {
            throw Self.invalid("must hold no control characters")
        }
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw Self.invalid("must not be blank")
        }
        self.text = text
    }

    /// Control characters, line separators, and marks that reverse how a name reads.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        }
    }

    private static func invalid(_ rule: String) -> OutcropFailure {
        OutcropFailure(.invalidRequest, code: "invalid_filename", "The file name \(rule).", parameter: "filename")
    }
}
