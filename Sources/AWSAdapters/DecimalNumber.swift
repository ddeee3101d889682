/// Reads JSON's numbers (RFC 8259 §6) as floats.
enum DecimalNumber {
    /// The nearest float by way of the nearest double, or nil when the bytes are no number. Too large gives infinity.
    ///
    /// Up to 19 digits are gathered in an integer. A mantissa below 2⁵³ times or over a power of ten up to 10²² is exact in both
    /// parts, so that one rounding gives the nearest double (Clinger, "How to Read Floating Point Numbers Accurately", 1990);
    /// what does not fit goes to the standard library.
    static func float(_ bytes: ArraySlice<UInt8>) -> Float? {
        var rest = bytes
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        var mantissa = Mantissa()
        guard mantissa.takeWhole(&rest), mantissa.takeFraction(&rest), let exponent = takeExponent(&rest), rest.isEmpty else {
            return nil
        }
        let power = exponent - mantissa.fractionCount
        guard mantissa.isExact, mantissa.value < 1 << 53, abs(power) < powers.count else { return slowFloat(bytes) }
        let value = power < 0 ? Double(mantissa.value) / powers[-power] : Double(mantissa.value) * powers[power]
        return Float(isNegative ? -value : value)
    }

    private struct Mantissa {
        var value: UInt64 = 0
        var digitCount = 0
        var fractionCount = 0
        /// 19 digits always fit 64 bits.
        var isExact: Bool { digitCount <= 19 }

        /// No digit follows a leading zero.
        mutating func takeWhole(_ bytes: inout ArraySlice<UInt8>) -> Bool {
            let isZero = bytes.first == UInt8(ascii: "0")
            let count = takeDigits(&bytes)
            return count == 1 || (count > 1 && !isZero)
        }

        mutating func takeFraction(_ bytes: inout ArraySlice<UInt8>) -> Bool {
            guard bytes.first == UInt8(ascii: ".") else { return true }
            bytes.removeFirst()
            fractionCount = takeDigits(&bytes)
            return fractionCount > 0
        }

        private mutating func takeDigits(_ bytes: inout ArraySlice<UInt8>) -> Int {
            var count = 0
            while let byte = bytes.first, case UInt8(ascii: "0")...UInt8(ascii: "9") = byte {
                // Leading zeros do not count as digits of the value.
                if value > 0 || byte > UInt8(ascii: "0") { digitCount += 1 }
                if digitCount <= 19 { value = value * 10 + UInt64(byte - UInt8(ascii: "0")) }
                count += 1
                bytes.removeFirst()
            }
            return count
        }
    }

    /// 0 when there is none, nil when it is malformed. Far beyond what floats hold it grows no more.
    private static func takeExponent(_ bytes: inout ArraySlice<UInt8>) -> Int? {
        guard let sign = bytes.first, sign == UInt8(ascii: "e") || sign == UInt8(ascii: "E") else { return 0 }
        bytes.removeFirst()
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        guard !bytes.isEmpty else { return nil }
        var value = 0
        while let byte = bytes.first, case UInt8(ascii: "0")...UInt8(ascii: "9") = byte {
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 100_000)
            bytes.removeFirst()
        }
        return isNegative ? -value : value
    }

    private static func slowFloat(_ bytes: ArraySlice<UInt8>) -> Float? {
        Double(String(decoding: bytes, as: UTF8.self)).map { Float($0) }
    }

    /// 10⁰…10²², each exact in a double.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
        1e22,
    ]
}
