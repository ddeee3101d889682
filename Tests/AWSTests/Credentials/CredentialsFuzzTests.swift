import Testing

@testable import AWS

/// Readers of strangers' bytes, fed with damaged good examples: they may refuse, but neither crash nor hand out what cannot be sent.
struct CredentialsFuzzTests {
    private static let ini =
        "[profile \"a b\"]\r\nx = 1\n  y\n\n# no\n s3 =\n  k = v\n[DEFAULT]\nz: \u{301}\r[services d]\nq =\n e = u\n"

    private static func damaged(_ text: String, _ random: inout SplitMix64) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(bytes.randomElement(using: &random) ?? 0, at: index)
            default: bytes.removeSubrange(index..<min(bytes.count, index + 20))
            }
        }
        return bytes
    }

    private static func isSendable(_ credentials: Credentials) -> Bool {
        [credentials.accessKeyID, credentials.secretAccessKey, credentials.sessionToken ?? "x"].allSatisfy { value in
            !value.isEmpty && value.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        }
    }

    @Test func `damaged answers and files`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the damaged credentials: \(seed)")
        var random = SplitMix64(state: seed)
        var taken = 0
        for _ in 0..<1_000 {
            _ = try? INIDocument(Self.damaged(Self.ini, &random))
            let xml = Self.damaged(CloudStandIn.tokenServiceXML(keyID: "ASIAX"), &random)
            let answer = TokenServiceAnswer(status: 200, date: nil, bytes: xml)
            let json = Self.damaged(CloudStandIn.json(keyID: "ASIAX"), &random)
            for found in [try? answer.credentials(operation: "x"), try? MetadataCredentials.credentials(json, operation: "x")] {
                guard let found else { continue }
                taken += 1
                #expect(Self.isSendable(found))
            }
            _ = answer.error(operation: "x", secrets: ["s3cr3t"])
            _ = Timestamp.unixSeconds(String(decoding: Self.damaged("2026-11-21T18:42:55.25+01:00", &random), as: UTF8.self))
            let url = String(decoding: Self.damaged("https://[fd00:ec2::23]:8080/path?query=1", &random), as: UTF8.self)
            if let parsed = HTTPURL(url) { #expect(url.lowercased().contains(parsed.host)) }
        }
        #expect(taken > 50)
    }
}
