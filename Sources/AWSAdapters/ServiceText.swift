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
        phrases.contains { phrase in
            let phrase = Array(phrase.utf8)
            guard lowercased.count >= phrase.count else { return false }
            return (0...lowercased.count - phrase.count).contains { lowercased[$0...].starts(with: phrase) }
        }
    }

    /// Without ARNs, account ids and access key ids, and cut to the named length.
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
        return isIdentifying ? "(…)" : word
    }

    private static func isKeyCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    private static func isAccountID(_ run: Substring.UTF8View) -> Bool {
        run.count == 12 && run.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Four capital letters of its kind (AKIA, ASIA, AROA …), then 12 and more of capital letters and digits.
    private static func isAccessKeyID(_ run: Substring.UTF8View) -> Bool {
        run.count >= 16 && run.starts(with: "A".utf8)
            && run.allSatisfy { isKeyCharacter($0) && !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    }
}
