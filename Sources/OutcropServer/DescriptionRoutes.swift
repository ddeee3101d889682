internal import HTTP
internal import HTTPTypes

/// What the server says about itself without a key: the description of the API, and where to find it.
struct DescriptionRoutes: RouteGroup {
    private let parts: Parts

    init(_ parts: Parts) { self.parts = parts }

    var routes: [Route] {
        [
            Route(.get, "/openapi.json", access: .open) { _ in
                .json(bytes: PackageResources.openapi_json)
            },
            Route(.get, "/", access: .open, isDocumented: false) { _ in
                ServerResponse(
                    status: .ok, headerFields: [.contentType: "text/plain; charset=utf-8", .xContentTypeOptions: "nosniff"],
                    body: .bytes(Array(Self.pointer.utf8)))
            },
        ]
    }

    private static let pointer = """
        Outcrop answers questions over your documents through the OpenAI API.

        Base URL for OpenAI clients: /v1
        All routes:                  /openapi.json
        State:                       /health

        """
}
