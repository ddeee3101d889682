import Crypto
import FoundationEssentials

/// The ids that clients see.
enum Identifier {
    /// `doc_` + 26 characters of SHA-256(source, NUL, relative path): the same name is the same document.
    static func document(source: DocumentRecord.Source, filename: String) -> String {
        "doc_" + base32(SHA256.hash(data: Data("\(source.rawValue)\0\(filename)".utf8)), characterCount: 26)
    }

    /// `job_` + 26 random characters (128 bits and 2 of zero).
    static func job() -> String {
        "job_" + base32((0..<16).map { _ in UInt8.random(in: 0...255) }, characterCount: 26)
    }

    /// RFC 4648 §6 in lower case without padding, cut at `characterCount`.
    static func base32(_ bytes: some Sequence<UInt8>, characterCount: Int) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var text: [UInt8] = []
        var bits = 0
        var bitCount = 0
        for byte in bytes where text.count < characterCount {
            bits = (bits << 8 | Int(byte)) & 0xFFFF
            bitCount += 8
            while bitCount >= 5 && text.count < characterCount {
                bitCount -= 5
                text.append(alphabet[bits >> bitCount & 31])
            }
        }
        if bitCount > 0 && text.count < characterCount { text.append(alphabet[bits << (5 - bitCount) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Lower-case hexadecimal.
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func sha256(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Data(text.utf8))) }
}
