/// `uri-host [":" port]` as Host and absolute-form targets carry it (RFC 9110 §7.2, RFC 3986 §3.2).
enum Authority {
    /// Longest accepted host: a DNS name has at most 253 octets, an IP literal fewer.
    static let hostBytesMax = 255

    /// An empty host is refused: an `http` URI without one is invalid (RFC 9110 §4.2.1).
    static func isValid(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        let host: Bool
        let port: Bool
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
            host = isIPv6(bytes[..<end].dropFirst())
            port = isPort(bytes[end...].dropFirst())
        } else {
            let end = bytes.firstIndex(of: Octets.colon) ?? bytes.endIndex
            host = isRegName(bytes[..<end])
            port = isPort(bytes[end...])
        }
        return host && port
    }

    /// reg-name (RFC 3986 §3.2.2), which includes IPv4 addresses.
    private static func isRegName(_ bytes: some Collection<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes.count <= hostBytesMax else { return false }
        var digitsDue = 0
        for byte in bytes {
            if digitsDue > 0 {
                guard Octets.hexValue(byte) != nil else { return false }
                digitsDue -= 1
            } else if byte == UInt8(ascii: "%") {
                digitsDue = 2
            } else if !Octets.isRegName(byte) {
                return false
            }
        }
        return digitsDue == 0
    }

    /// IPv6address (RFC 3986 §3.2.2): eight groups, or fewer around one `::`. Zones and IPvFuture are refused.
    private static func isIPv6(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count <= 45 else { return false }
        let all = Array(bytes)
        guard let gap = all.indices.dropLast().first(where: { all[$0] == Octets.colon && all[$0 + 1] == Octets.colon }) else {
            return groupCount(all[...], mayEndInIPv4: true) == 8
        }
        guard let before = groupCount(all[..<gap], mayEndInIPv4: false),
            let after = groupCount(all[(gap + 2)...], mayEndInIPv4: true)
        else { return false }
        return before + after <= 7
    }

    /// The 16-bit groups of one side of `::`, nil when one is not up to four hexadecimal digits; an IPv4 address counts for two.
    private static func groupCount(_ bytes: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> Int? {
        if bytes.isEmpty { return 0 }
        var count = 0
        for group in bytes.split(separator: Octets.colon, omittingEmptySubsequences: false) {
            if (1...4).contains(group.count), group.allSatisfy({ Octets.hexValue($0) != nil }) {
                count += 1
            } else if mayEndInIPv4, group.endIndex == bytes.endIndex, isIPv4(group) {
                count += 2
            } else {
                return nil
            }
        }
        return count
    }

    private static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy(Octets.isDigit)
                    && part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
            }
    }

    /// Nothing, or `:` and a number up to 65535 (the number may be missing, RFC 3986 §3.2.3).
    private static func isPort(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        let digits = bytes.dropFirst()
        guard first == Octets.colon, digits.count <= 5, digits.allSatisfy(Octets.isDigit) else { return false }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 65_535
    }
}
