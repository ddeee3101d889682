internal import HTTP
internal import OpenAIAPI
internal import RAG

/// `GET /v1/models` and `GET /v1/models/{id}`: as clients poll them for readiness, a provider that asks elsewhere answers from what
/// it knows.
struct ModelRoutes: RouteGroup {
    private let parts: Parts
    /// Models do not change while the server runs, so they are as old as it.
    private let created: Int

    init(_ parts: Parts) {
        self.parts = parts
        created = parts.surroundings.unixSeconds()
    }

    /// Slashes in the longest ARN that names a model.
    private static let slashesMax = 4

    var routes: [Route] {
        [
            Route(.get, "/v1/models") { _ in .json(ModelList(await parts.models.listings().map(object))) },
            Route(.get, "/v1/models/:id") { try await model($0.request.pathParameters["id"] ?? "") },
        ] + (1...Self.slashesMax).map(slashed)
    }

    /// ARNs hold slashes, which some clients send as they are.
    private func slashed(_ slashCount: Int) -> Route {
        let names = ["id"] + (1...slashCount).map { "rest\($0)" }
        let pattern = "/v1/models/" + names.map { ":" + $0 }.joined(separator: "/")
        return Route(.get, pattern, isDocumented: false) { call in
            try await model(names.map { call.request.pathParameters[$0] ?? "" }.joined(separator: "/"))
        }
    }

    private func model(_ name: String) async throws -> ServerResponse {
        .json(object(try await parts.models.listing(for: name)))
    }

    private func object(_ listing: ModelListing) -> ModelObject {
        ModelObject(id: listing.id, created: created, ownedBy: listing.ownedBy)
    }
}
