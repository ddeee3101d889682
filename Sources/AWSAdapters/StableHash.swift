/// FNV-1a, 64 bits: the same in every process and on every machine, which Swift's own hashing is not. Not for secrets or
/// integrity: who wants a collision can make one. Source: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm".
struct StableHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The bytes of the text and a border, so that "a", "b" is not "ab".
    mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(0xFF)  // Never occurs in UTF-8.
    }

    private mutating func combine(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }

    /// 16 lower-case digits.
    var hexadecimal: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
