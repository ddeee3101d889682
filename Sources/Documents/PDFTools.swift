import Glibc

/// Where the programs that read PDFs lie; nil for one that is not installed.
struct PDFTools: Hashable, Sendable {
    /// poppler-utils
    var pdftotext: String?
    /// poppler-utils; without it a PDF has no title, and its page numbers are taken on trust.
    var pdfinfo: String?
    /// util-linux
    var prlimit: String?

    init(pdftotext: String?, pdfinfo: String?, prlimit: String?) {
        self.pdftotext = pdftotext
        self.pdfinfo = pdfinfo
        self.prlimit = prlimit
    }

    /// Looks in the standard folders only: what runs must not depend on the caller's PATH.
    init() {
        self.init(pdftotext: Self.find("pdftotext"), pdfinfo: Self.find("pdfinfo"), prlimit: Self.find("prlimit"))
    }

    static let folders = ["/usr/local/bin", "/usr/bin", "/bin"]

    private static func find(_ name: String) -> String? {
        folders.lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
