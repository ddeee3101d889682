internal import HTTP
internal import HTTPTypes

/// Lets a request through to its route: who calls, and within which limits.
struct Gate: Sendable {
    let authenticator: Authenticator
    let limiter: RateLimiter

    /// The route behind its checks, as the router wants it.
    func handler(for route: Route) -> Handler {
        { request in
            switch route.access {
            case .open, .policy:
                return try await route.respond(Call(request: request, caller: .anyone))
            case .keyOrSignature where request.target.queryValue("signature") != nil:
                return try await route.respond(Call(request: request, caller: .anyone))
            case .key, .keyOrSignature:
                let caller = try authenticator.authenticate(request.head.headerFields)
                let limits = try limiter.admit(caller)
                var response = try await route.respond(Call(request: request, caller: caller))
                response.headerFields.append(contentsOf: limits)
                return response
            }
        }
    }
}
