internal import HTTP
internal import OpenAIAPI

/// `GET /health`: from memory alone, so that it answers at once while a sync runs. Asks for no key: load balancers have none.
struct HealthRoutes: RouteGroup {
    private let parts: Parts

    init(_ parts: Parts) { self.parts = parts }

    var routes: [Route] { [Route(.get, "/health", access: .open) { _ in .json(health()) }] }

    private func health() -> HealthObject {
        let status = parts.knowledgeBase.status
        return HealthObject(
            version: parts.settings.version, generation: status.generation, documentCount: status.documentCount,
            chunkCount: status.chunkCount, model: parts.models.defaultModel, embeddingModel: status.embeddingModel,
            notes: parts.notes)
    }
}
