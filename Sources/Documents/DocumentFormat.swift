/// The kinds of files that can be read, recognised by extension alone: content sniffing would let a file change its kind.
enum DocumentFormat: CaseIterable, Sendable {
    case plainText, markdown, html, json, csv, pdf

    /// Lower-case extensions without the dot.
    var extensions: [String] {
        switch self {
        case .plainText: ["txt"]
        case .markdown: ["md", "markdown"]
        case .html: ["html", "htm"]
        case .json: ["json"]
        case .csv: ["csv"]
        case .pdf: ["pdf"]
        }
    }

    /// The registered media type (IANA), with no parameters: the charset differs by file.
    var contentType: String {
        switch self {
        case .plainText: "text/plain"
        case .markdown: "text/markdown"
        case .html: "text/html"
        case .json: "application/json"
        case .csv: "text/csv"
        case .pdf: "application/pdf"
        }
    }

    init?(filename: String) {
        guard let fileExtension = Self.fileExtension(of: filename),
            let format = Self.allCases.first(where: { $0.extensions.contains(fileExtension) })
        else { return nil }
        self = format
    }

    /// The lower-case part after the last dot; nil for `README`, `.profile` and `name.`.
    static func fileExtension(of filename: String) -> String? {
        let name = filename.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        let fileExtension = name[name.index(after: dot)...].lowercased()
        return fileExtension.isEmpty ? nil : fileExtension
    }
}
