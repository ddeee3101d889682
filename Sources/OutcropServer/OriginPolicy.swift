internal import HTTP
internal import HTTPTypes
internal import RAG

/// Which web pages may change something here.
///
/// CORS keeps a page of another origin from reading an answer, not from sending a form. Browsers send `Origin` with every request
/// that is neither GET nor HEAD (Fetch standard, "append a request `Origin` header"); programs send none.
struct OriginPolicy: Sendable {
    private let cors: CORSPolicy
    private let publicOrigin: String?

    init(cors: CORSPolicy, publicURL: String?) {
        self.cors = cors
        publicOrigin = publicURL.flatMap { url in
            guard let scheme = url.firstRange(of: "://"), let authority = HostPolicy.authority(url) else { return nil }
            return CORSPolicy.normalized(String(url[..<scheme.upperBound]) + authority)
        }
    }

    /// Throws `.forbidden` for a request of a page that is neither ours nor among the permitted origins.
    func check(_ request: HTTPRequest) throws {
        switch request.method {
        case .get, .head, .options: return
        default: break
        }
        guard let origin = request.headerFields[.origin], cors.grantedOrigin(request) == nil else { return }
        let own = request.authority.flatMap { CORSPolicy.normalized("\(request.forwardedScheme)://\($0)") }
        if let normal = CORSPolicy.normalized(origin), normal == own || normal == publicOrigin { return }
        throw OutcropFailure(
            .forbidden, code: "origin_not_allowed",
            """
            A web page of another origin may not send this. Add its origin to OUTCROP_CORS_ORIGINS, or, if it is this server's own, \
            set OUTCROP_PUBLIC_URL.
            """)
    }
}
