/// Why bytes were refused, with the status that says so.
package struct HTTPParseError: Error, Hashable, Sendable {
    /// 400, 408, 411, 413, 414, 417, 431, 501 or 505.
    package var status: Int
    /// A sentence for the person who sent the request; never holds the request's own bytes.
    package var reason: String

    package init(status: Int, reason: String) {
        self.status = status
        self.reason = reason
    }

    static func badRequest(_ reason: String) -> HTTPParseError { HTTPParseError(status: 400, reason: reason) }
}
