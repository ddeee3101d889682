internal import HTTP
internal import OpenAIAPI
internal import RAG

/// `POST /v1/embeddings` with the model that the documents are indexed with.
struct EmbeddingRoutes: RouteGroup {
    /// So few texts are embedded ahead of indexing, since someone waits for them; more take their turn beside it.
    static let promptTextsMax = 16

    private let parts: Parts

    init(_ parts: Parts) { self.parts = parts }

    var routes: [Route] { [Route(.post, "/v1/embeddings", embed)] }

    private func embed(_ call: Call) async throws -> ServerResponse {
        let request = try await parts.decode(EmbeddingsRequest.self, from: call)
        guard let embedder = parts.embedder else {
            throw OutcropFailure(
                .unavailable, code: "no_embedding_model",
                "This server runs without an embedding model: `make model` installs one.")
        }
        try parts.models.requireEmbeddingModel(request.model)
        if let dimensions = request.dimensions, dimensions != embedder.dimensions {
            throw OutcropFailure(
                .invalidRequest, code: "unsupported_value",
                "The model \(embedder.id) gives \(embedder.dimensions) dimensions and cannot give \(dimensions): leave 'dimensions' out.",
                parameter: "dimensions")
        }
        let tokenCount = try await parts.compute.run { request.input.reduce(0) { $0 + embedder.tokenCount($1) } }
        parts.limiter.count(tokens: tokenCount, for: call.caller)
        let purpose: EmbeddingPurpose = request.input.count <= Self.promptTextsMax ? .sentence : .document
        let vectors = try await embedder.embed(request.input, purpose: purpose)
        return .json(
            EmbeddingsResponse(
                model: request.model, embeddings: vectors, encodingFormat: request.encodingFormat, promptTokens: tokenCount))
    }
}
