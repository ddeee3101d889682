/// A partition of AWS: regions with their own accounts, host names and ARNs.
/// Source: `partitions.json` 1.1 of the SDKs; the tests compare with botocore's copy.
package struct Partition: Hashable, Sendable {
    /// Second part of an ARN, such as `aws-us-gov`.
    package let id: String
    let dnsSuffix: String
    let dualStackDNSSuffix: String

    static let standard = Partition(id: "aws", dnsSuffix: "amazonaws.com", dualStackDNSSuffix: "api.aws")
    static let china = Partition(
        id: "aws-cn", dnsSuffix: "amazonaws.com.cn", dualStackDNSSuffix: "api.amazonwebservices.com.cn")
    static let govCloud = Partition(id: "aws-us-gov", dnsSuffix: "amazonaws.com", dualStackDNSSuffix: "api.aws")

    /// What a region is called before its last two parts (a word and a number), for all but the standard partition.
    private static let byPrefix: [String: Partition] = [
        "cn": china,
        "us-gov": govCloud,
        "eusc-de": Partition(id: "aws-eusc", dnsSuffix: "amazonaws.eu", dualStackDNSSuffix: "api.amazonwebservices.eu"),
        "us-iso": Partition(id: "aws-iso", dnsSuffix: "c2s.ic.gov", dualStackDNSSuffix: "api.aws.ic.gov"),
        "us-isob": Partition(id: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov", dualStackDNSSuffix: "api.aws.scloud"),
        "eu-isoe": Partition(id: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk", dualStackDNSSuffix: "api.cloud-aws.adc-e.uk"),
        "us-isof": Partition(id: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov", dualStackDNSSuffix: "api.aws.hci.ic.gov"),
    ]

    /// The partition of a region; the standard one for names of no known form, as the SDKs have it.
    package init(region: String) {
        let parts = region.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count > 2, let number = parts.last, !number.isEmpty, number.allSatisfy({ (0x30...0x39).contains($0) }),
            let partition = Self.byPrefix[parts.dropLast(2).map { String($0) ?? "" }.joined(separator: "-")]
        else {
            self = .standard
            return
        }
        self = partition
    }

    private init(id: String, dnsSuffix: String, dualStackDNSSuffix: String) {
        self.id = id
        self.dnsSuffix = dnsSuffix
        self.dualStackDNSSuffix = dualStackDNSSuffix
    }

    /// Whether `region` may stand in a host name: one DNS label that is not a number, and no pseudo region (`aws-global`).
    static func isRegionName(_ region: String) -> Bool {
        let bytes = Array(region.utf8)
        let allowed = bytes.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x2D
        }
        return allowed && (1...63).contains(bytes.count) && bytes.first != 0x2D && bytes.last != 0x2D
            && !bytes.allSatisfy { (0x30...0x39).contains($0) } && !region.hasSuffix("-global")
    }
}
