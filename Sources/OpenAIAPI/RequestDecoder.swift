internal import RAG

/// Reads request bodies; a mistake becomes a 400 that names the parameter in OpenAI's notation, such as `messages[0].content`.
///
/// Unknown members are ignored, an explicit null counts as absent, wrong types and ranges are refused.
package enum RequestDecoder {
    /// Arrays and objects inside one another.
    package static let depthMax = 64
    /// Values in one body, so that `[[],[],…` cannot grow to many times its size in memory.
    package static let valuesMax = 1_000_000

    /// The request in `body`, checked. Throws `OutcropFailure` `.invalidRequest`.
    package static func decode<Request: DecodableRequest>(_ type: Request.Type, from body: [UInt8]) throws -> Request {
        if body.isEmpty, Request.allowsEmptyBody { return try Request(fields: JSONFields(members: [:], path: "")) }
        let node: JSONNode
        do {
            node = try JSONParser.parse(body, depthMax: depthMax, valuesMax: valuesMax)
        } catch {
            throw OutcropFailure(
                .invalidRequest, code: "invalid_json", "We could not parse the JSON body of your request: \(error.description)")
        }
        guard case .object(let members) = node else {
            throw OutcropFailure(
                .invalidRequest, code: "invalid_type", "The request body must be a JSON object, but got \(node.kindName) instead."
            )
        }
        return try Request(fields: JSONFields(members: members, path: ""))
    }
}

/// A request body of this API.
package protocol DecodableRequest: Sendable {
    /// Whether no body at all means the same as `{}`.
    static var allowsEmptyBody: Bool { get }
    /// Checks and takes the fields. Throws `OutcropFailure` `.invalidRequest` naming the parameter.
    init(fields: JSONFields) throws
}

extension DecodableRequest {
    package static var allowsEmptyBody: Bool { false }
}
