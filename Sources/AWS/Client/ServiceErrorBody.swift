internal import FoundationEssentials
internal import HTTPTypes

/// What an answer with an error status says: of the service, or of something on the way to it.
///
/// AWS's JSON protocols name the error in `x-amzn-errortype` or in the body's `__type` or `code`, with a namespace before `#` and a
/// URI after `:` to be dropped (Smithy, "AWS restJson1 protocol", operation error serialization).
struct ServiceErrorBody {
    /// Of a message, in Unicode scalars.
    static let messageScalarsMax = 2_000

    var status: Int
    var serviceCode: String?
    var message: String?
    var requestID: String?
    var contentType: String?
    /// `Retry-After` as sent, `x-amz-retry-after` in milliseconds.
    var retryAfter: String?
    var retryAfterMilliseconds: String?

    /// `secrets` are those the request carried: the message is kept without them.
    init(status: Int, headerFields: HTTPFields, body: [UInt8], secrets: [String]) {
        self.status = status
        contentType = headerFields[.contentType]
        requestID = headerFields.awsRequestID
        retryAfter = headerFields[.retryAfter]
        retryAfterMilliseconds = headerFields[.amzRetryAfter]
        let members = (try? JSONDecoder().decode(Members.self, from: Data(body))) ?? Members()
        serviceCode = (headerFields[.errorType] ?? members.type ?? members.code).flatMap(Self.shapeName)
        message = members.message.map { Self.shortened(ServiceMessage.redacted($0, secrets: secrets)) }
        // The refusal of a signature quotes the request as it was signed, header fields and all.
        if let code = serviceCode, ClockSkew.codes.contains(code) { message = message.map(Self.firstLine) }
    }

    /// Seconds to wait, from either header.
    func retryAfterSeconds(unixSeconds: Double) -> Double? {
        if let milliseconds = retryAfterMilliseconds.flatMap(UInt32.init) { return Double(milliseconds) / 1_000 }
        guard let retryAfter else { return nil }
        if let seconds = UInt32(retryAfter) { return Double(seconds) }
        return HTTPDate.unixSeconds(retryAfter).map { max(0, $0 - unixSeconds) }
    }

    private struct Members: Decodable {
        var type: String?
        var code: String?
        var message: String?

        private enum Key: String, CodingKey {
            case type = "__type"
            case code, Code, message, Message, errorMessage
        }

        init() {}

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Key.self)
            func first(_ keys: Key...) -> String? {
                keys.lazy.compactMap { try? members.decodeIfPresent(String.self, forKey: $0) }.first
            }
            type = first(.type)
            code = first(.code, .Code)
            message = first(.message, .Message, .errorMessage)
        }
    }

    /// `aws.protocoltests.restjson#FooError:http://…` is `FooError`; nil for what can be no shape's name.
    static func shapeName(_ text: String) -> String? {
        let bytes = text.utf8
        let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        let start = bytes[..<end].lastIndex(of: UInt8(ascii: "#")).map(bytes.index(after:)) ?? bytes.startIndex
        let name = bytes[start..<end]
        let isName = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard !name.isEmpty, name.count <= shapeNameBytesMax, name.allSatisfy(isName) else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    static let shapeNameBytesMax = 128

    static func shortened(_ text: String) -> String {
        guard
            let end = text.unicodeScalars.index(
                text.startIndex, offsetBy: messageScalarsMax, limitedBy: text.endIndex), end < text.endIndex
        else { return text }
        return String(text.unicodeScalars[..<end]) + "…"
    }

    private static func firstLine(_ text: String) -> String {
        String(text.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" })
    }
}

extension AWSError {
    /// `unixSeconds` is now, for a `Retry-After` that is a date.
    init(_ body: ServiceErrorBody, operation: String, unixSeconds: Double) {
        self.init(
            .service, operation: operation, message: body.message ?? Self.standIn(for: body), serviceCode: body.serviceCode,
            status: body.status, requestID: body.requestID,
            retryAfterSeconds: body.retryAfterSeconds(unixSeconds: unixSeconds))
    }

    /// An answer without a message of its own: what it is in place of what it says.
    private static func standIn(for body: ServiceErrorBody) -> String {
        if let code = body.serviceCode { return "\(code) without a message" }
        let type = body.contentType.map { " of type \(String($0.unicodeScalars.prefix(100)))" } ?? ""
        return "HTTP status \(body.status) with a body\(type) that is no AWS error; it may come from a proxy or a wrong endpoint"
    }
}

extension HTTPFields {
    /// For the operator to quote to AWS; not longer than they are.
    var awsRequestID: String? {
        (self[.requestID] ?? self[.s3RequestID]).map { String($0.unicodeScalars.prefix(128)) }
    }
}

extension HTTPField.Name {
    static let errorType = Self.amz("x-amzn-errortype")
    fileprivate static let requestID = Self.amz("x-amzn-requestid")
    fileprivate static let s3RequestID = Self.amz("x-amz-request-id")
    static let amzRetryAfter = Self.amz("x-amz-retry-after")

    private static func amz(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is a valid field name") }
        return name
    }
}
