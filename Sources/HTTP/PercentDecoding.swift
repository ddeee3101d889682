/// Percent-decoding (RFC 3986 §2.1).
enum PercentDecoding {
    /// The decoded octets, nil when a `%` is not followed by two hexadecimal digits.
    static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            index = bytes.index(after: index)
            if byte == UInt8(ascii: "%") {
                let digits = bytes[index...].prefix(2).compactMap(Octets.hexValue)
                guard digits.count == 2 else { return nil }
                decoded.append(digits[0] << 4 | digits[1])
                index = bytes.index(index, offsetBy: 2)
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? Octets.space : byte)
            }
        }
        return decoded
    }

    /// Decoded and checked to be UTF-8.
    static func decodeText(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false) -> String? {
        let isPlain = !bytes.contains { $0 == UInt8(ascii: "%") || (plusIsSpace && $0 == UInt8(ascii: "+")) }
        if isPlain { return bytes.withUnsafeBytes(Octets.text) }
        return decode(bytes, plusIsSpace: plusIsSpace).flatMap { $0.withUnsafeBytes(Octets.text) }
    }
}

extension StringProtocol {
    /// Whether a C0 or C1 control character or DEL is in the text.
    var holdsControlCharacter: Bool {
        unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    }
}
