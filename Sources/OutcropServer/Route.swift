internal import HTTP
internal import HTTPTypes

/// One operation of the API.
struct Route: Sendable {
    /// What a caller must show.
    enum Access: Sendable {
        /// Nothing: health, the description of the API.
        case open
        /// A key, where the server has any.
        case key
        /// A key or a signature in the query; the route itself checks the signature.
        case keyOrSignature
        /// A policy in the body, checked by the route: browser forms cannot send headers.
        case policy
    }

    var method: HTTPRequest.Method
    var pattern: String
    var access: Access
    /// False for a second spelling of a documented route.
    var isDocumented = true
    var respond: @Sendable (Call) async throws -> ServerResponse

    init(
        _ method: HTTPRequest.Method, _ pattern: String, access: Access = .key, isDocumented: Bool = true,
        _ respond: @escaping @Sendable (Call) async throws -> ServerResponse
    ) {
        self.method = method
        self.pattern = pattern
        self.access = access
        self.isDocumented = isDocumented
        self.respond = respond
    }
}

/// A request that has been let in.
struct Call: Sendable {
    var request: ServerRequest
    var caller: CallerID
}

/// Routes that belong together and the parts they need.
protocol RouteGroup: Sendable {
    var routes: [Route] { get }
}
