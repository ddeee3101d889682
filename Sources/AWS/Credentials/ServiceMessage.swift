/// What a stranger wrote, made fit for an error of ours.
enum ServiceMessage {
    /// Of a message, in bytes.
    static let byteCountMax = 500

    /// The first line, without control characters, cut to `byteCountMax`, each of `secrets` taken out.
    /// The refusal of a signature quotes the request as it was signed, session token included: hence both precautions.
    static func shortened(_ text: String, secrets: [String]) -> String {
        let line = redacted(text, secrets: secrets).utf8.prefix { $0 != 0x0A && $0 != 0x0D }
        return String(decoding: line.prefix(byteCountMax).filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
    }

    /// The text with each of `secrets` taken out: services and gateways quote header fields that they could not make sense of.
    static func redacted(_ text: String, secrets: [String]) -> String {
        var bytes = Array(text.utf8)
        for secret in secrets where !secret.isEmpty { bytes = bytes.removing(Array(secret.utf8)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Each occurrence of `secret` replaced by three dots. Takes time in the product of both lengths at worst, which are both bounded.
    fileprivate func removing(_ secret: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < count {
            if self[index] == secret[0], self[index...].starts(with: secret) {
                result += Array("...".utf8)
                index += secret.count
            } else {
                result.append(self[index])
                index += 1
            }
        }
        return result
    }
}
