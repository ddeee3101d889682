package import HTTPTypes

/// Finds the handler for a method and path. Literal segments win over `:name` ones.
package struct Router: Sendable {
    package init() { fatalError("contract") }

    /// `pattern` such as `/v1/documents/:id/content`; GET also answers HEAD.
    package mutating func on(_ method: HTTPRequest.Method, _ pattern: String, _ handler: @escaping Handler) {
        fatalError("contract")
    }

    package enum Match: Sendable {
        case handler(Handler, pathParameters: [String: String], pattern: String)
        /// RFC 9110 §15.5.6: the path exists, the methods of `Allow` do.
        case methodNotAllowed(allow: [HTTPRequest.Method])
        case notFound
    }

    package func match(_ method: HTTPRequest.Method, _ segments: [String]) -> Match { fatalError("contract") }

    /// Every registered (method, pattern), for the tests that compare them with openapi.json.
    package var routes: [(method: HTTPRequest.Method, pattern: String)] { fatalError("contract") }
}
