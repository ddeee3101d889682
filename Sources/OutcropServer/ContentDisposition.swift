/// The `Content-Disposition` of a served document (RFC 6266, RFC 8187).
enum ContentDisposition {
    static func field(filename: String, contentType: String) -> String {
        // What a browser may show in place; anything else could carry script and is saved.
        let isInline = mediaType(contentType) == "application/pdf" || isPlainUTF8(contentType)
        let kind = isInline ? "inline" : "attachment"
        let name = filename.split(separator: "/").last.map(String.init) ?? "document"
        return "\(kind); filename=\"\(fallback(name))\"; filename*=UTF-8''\(PercentEncoding.encode(name))"
    }

    /// Plain text that declares no encoding or UTF-8. In another one, such as UTF-7, harmless bytes may read as markup.
    static func isPlainUTF8(_ contentType: String) -> Bool {
        guard mediaType(contentType) == "text/plain" else { return false }
        let parameters = contentType.lowercased().utf8.split(separator: UInt8(ascii: ";")).dropFirst()
        return parameters.allSatisfy { parameter in
            let text = String(decoding: parameter.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }, as: UTF8.self)
            return !text.contains("charset") || text == "charset=utf-8" || text == "charset=\"utf-8\""
        }
    }

    /// Type and subtype alone, in lower case.
    static func mediaType(_ contentType: String) -> String {
        let end = contentType.firstIndex(of: ";") ?? contentType.endIndex
        return String(contentType[..<end].filter { $0 != " " && $0 != "\t" }).lowercased()
    }

    /// For clients that do not know `filename*`: anything that could end the quoted string or the field becomes `_`.
    private static func fallback(_ name: String) -> String {
        String(name.unicodeScalars.map { isPlain($0) ? Character($0) : "_" })
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar.value < 0x7F && scalar != "\"" && scalar != "\\" && scalar != "%"
    }
}

/// Percent-encoding of everything but unreserved characters (RFC 3986 §2.3).
enum PercentEncoding {
    static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            if isUnreserved(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += "%" + Hex.encode([byte]).uppercased()
            }
        }
        return encoded
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
