internal import HTTP
internal import OpenAIAPI

/// `GET /v1/models` and `GET /v1/models/{id}`: from memory, as clients poll them for readiness.
struct ModelRoutes: RouteGroup {
    private let parts: Parts
    /// Models do not change while the server runs, so they are as old as it.
    private let created: Int

    init(_ parts: Parts) {
        self.parts = parts
        created = parts.surroundings.unixSeconds()
    }

    var routes: [Route] {
        [
            Route(.get, "/v1/models") { _ in .json(ModelList(parts.models.names.map(object))) },
            Route(.get, "/v1/models/:id") { try model($0.request.pathParameters["id"] ?? "") },
            // ARNs hold one slash, which some clients send as it is.
            Route(.get, "/v1/models/:id/:rest", isDocumented: false) { call in
                let parameters = call.request.pathParameters
                return try model("\(parameters["id"] ?? "")/\(parameters["rest"] ?? "")")
            },
        ]
    }

    private func model(_ name: String) throws -> ServerResponse {
        // Throws for a name that would not answer; `*` makes every name answer.
        _ = try parts.models.generator(for: name)
        return .json(object(name))
    }

    private func object(_ name: String) -> ModelObject { ModelObject(id: name, created: created, ownedBy: "outcrop") }
}
