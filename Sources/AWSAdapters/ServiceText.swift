internal import RAG

/// A service's own words about a failure, as far as a client may read them.
struct ServiceText: Sendable {
    private let text: String
    private let lowercased: [UInt8]

    init(_ text: String) {
        self.text = text
        lowercased = text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Phrases are in lower-case ASCII.
    func says(anyOf phrases: [String]) -> Bool {
        lowercased[...].contains(anyOf: phrases)
    }

    /// Without ARNs, account ids, access key ids, buckets, host names of AWS and IPv4 addresses, and cut to the named length.
    var shown: String {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(Self.masked).joined(separator: " ")
        let limit = OutcropFailure.serviceMessageScalarsMax
        let isCut = words.unicodeScalars.dropFirst(limit).first != nil
        return String(String.UnicodeScalarView(words.unicodeScalars.prefix(limit))) + (isCut ? "…" : "")
    }

    private static func masked(_ word: Substring) -> Substring {
        let runs = word.utf8.split { !isKeyCharacter($0) }
        let isIdentifying = runs.contains { run in
            run.elementsEqual("arn".utf8) || isAccountID(run) || isAccessKeyID(run)
        }
        return isIdentifying || isPlace(word) ? "(…)" : word
    }

    private static func isPlace(_ word: Substring) -> Bool {
        Array(word.utf8)[...].contains(anyOf: ["s3://", "amazonaws.com", ".internal"])
            || word.utf8.split { $0 != UInt8(ascii: ".") && !isDigit($0) }.contains(where: isIPv4Address)
    }

    private static func isIPv4Address(_ run: Substring.UTF8View) -> Bool {
        let parts = run.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { (1...3).contains($0.count) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isKeyCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    private static func isAccountID(_ run: Substring.UTF8View) -> Bool {
        run.count == 12 && run.allSatisfy(isDigit)
    }

    /// Four capital letters of its kind (AKIA, ASIA, AROA …), then 12 and more of capital letters and digits.
    private static func isAccessKeyID(_ run: Substring.UTF8View) -> Bool {
        run.count >= 16 && run.starts(with: "A".utf8)
            && run.allSatisfy { isKeyCharacter($0) && !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func contains(anyOf phrases: [String]) -> Bool {
        indices.contains { start in phrases.contains { self[start...].starts(with: $0.utf8) } }
    }
}
