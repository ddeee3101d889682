internal import AWS
internal import RAG

/// Makes passages of a Knowledge Base's results. Pure.
enum KnowledgeBasePassage {
    static let pageKey = "x-amz-bedrock-kb-document-page-number"
    static let uriKey = "x-amz-bedrock-kb-source-uri"
    static let filenameScalarsMax = 255
    /// Pages beyond this are no page numbers.
    static let pageMax = 1_000_000

    /// The passage, or nil where the result has no text to quote (an image, a video).
    ///
    /// A Knowledge Base tells neither where in its document a chunk stands nor gives the document itself, so each chunk counts as
    /// a document of its own: `documentID` is `bkb_`, 16 digits of the source's hash, 16 of the chunk's, and `range` is the whole
    /// chunk. Two chunks of one page would otherwise pass for overlapping pieces of one text.
    static func passage(_ result: KnowledgeBaseResult) -> Passage? {
        guard !result.text.isBlank else { return nil }
        let uri = sourceURI(result)
        var source = StableHash()
        source.combine(uri ?? "")
        let page = page(result.metadata[pageKey])
        var chunk = source
        chunk.combine(page.map(String.init) ?? "")
        chunk.combine(result.text)
        return Passage(
            chunkID: Int64(chunk.value >> 1), documentID: "bkb_\(source.hexadecimal)\(chunk.hexadecimal)",
            filename: uri.flatMap(filename) ?? "unnamed source", page: page, headings: [], text: result.text,
            range: 0..<result.text.unicodeScalars.count, score: score(result.score),
            metadata: result.metadata.mapValues { JSONValue($0) }, uri: uri.flatMap { isLink($0) ? $0 : nil })
    }

    /// 1-based. The metadata counts from 0, sometimes as 2.0 and sometimes as a string: text of a PDF's third page comes with 2.0
    /// and of its first with 0 (aws-samples/bedrock-chat issue 811, "PDF page number needs +1"; the user guide does not say).
    static func page(_ value: JSONDocument?) -> Int? {
        let index: Int? =
            switch value {
            case .integer(let value): value
            case .number(let value): Int(exactly: value)
            case .string(let value): Double(value).flatMap { Int(exactly: $0) }
            case .null, .bool, .array, .object, nil: nil
            }
        return index.flatMap { (0..<pageMax).contains($0) ? $0 + 1 : nil }
    }

    /// The last part of the path, decoded where the URI is a web address (S3's are the key as it is), without control characters;
    /// the host of an address without a path. Nil when nothing is left.
    static func filename(_ uri: String) -> String? {
        let isWeb = scheme(of: uri).map { $0 == "http" || $0 == "https" } ?? false
        let path = isWeb ? uri.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") } : uri.utf8[...]
        let last = path.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? ""
        var view = String.UnicodeScalarView()
        for scalar in (isWeb ? percentDecoded(last) : last).unicodeScalars.prefix(filenameScalarsMax) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: view.append(" ")
            default: view.append(scalar == "/" ? "_" : scalar)
            }
        }
        let name = String(view)
        return name.isBlank ? nil : name
    }

    private static func sourceURI(_ result: KnowledgeBaseResult) -> String? {
        if let uri = result.uri, !uri.isBlank { return uri }
        guard case .string(let uri) = result.metadata[uriKey], !uri.isBlank else { return nil }
        return uri
    }

    /// Only what may stand behind a link: a crawled page does not get to name a `javascript:` address.
    private static func isLink(_ uri: String) -> Bool {
        scheme(of: uri).map { ["s3", "http", "https"].contains($0) } ?? false
    }

    private static func scheme(of uri: String) -> String? {
        let scheme = uri.utf8.prefix(6).split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard scheme.count == 2 else { return nil }
        return String(Substring(scheme[0])).lowercased()
    }

    /// Nil counts as 0: a result without a score ranks behind all others.
    private static func score(_ score: Double?) -> Double {
        guard let score, !score.isNaN else { return 0 }
        return min(max(score, 0), 1)
    }

    /// RFC 3986 §2.1; a `%` without two digits stands for itself, and bytes that are no UTF-8 become U+FFFD.
    private static func percentDecoded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = hexadecimalValue(bytes[index + 1]), let low = hexadecimalValue(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
