internal import RAG

/// The body of `POST /v1/embeddings`.
///
/// Source: OpenAI API reference, "Create embeddings".
package struct EmbeddingsRequest: Sendable {
    package static let inputsMax = 2_048

    package enum EncodingFormat: String, CaseIterable, Sendable {
        case float, base64
    }

    package var model: String
    /// 1 to `inputsMax` texts, none empty.
    package var input: [String]
    package var encodingFormat: EncodingFormat
    /// The length the client wants; whether the model has it is the handler's to say.
    package var dimensions: Int?
    package var user: String?
}

extension EmbeddingsRequest: DecodableRequest {
    package init(fields: JSONFields) throws {
        model = try fields.requireString("model", charactersMax: ChatCompletionRequest.modelCharactersMax)
        input = try Self.input(fields)
        encodingFormat = try fields.choice("encoding_format", EncodingFormat.self) ?? .float
        dimensions = try fields.integer("dimensions", in: 1...65_536)
        user = try fields.string("user")
    }

    private static func input(_ fields: JSONFields) throws -> [String] {
        if holdsTokens(try fields.require("input")) { throw tokenInput }
        let texts = try fields.texts("input", countMax: inputsMax) ?? []
        if texts.isEmpty { throw JSONFields.invalid("input", "empty_array", "expected at least one text.") }
        for (text, place) in texts where text.isEmpty {
            throw JSONFields.invalid(place, "empty_string", "expected a text with at least one character.")
        }
        return texts.map(\.text)
    }

    /// `[1, 2]` or `[[1, 2]]`
    private static func holdsTokens(_ node: JSONNode) -> Bool {
        guard case .array(let items) = node else { return false }
        switch items.first {
        case .integer, .array: return true
        default: return false
        }
    }

    /// LangChain's default sends tokens of a vocabulary this model does not have.
    private static var tokenInput: OutcropFailure {
        JSONFields.invalid(
            "input", "token_input_unsupported",
            "arrays of token numbers cannot be read, send the texts themselves. "
                + "With LangChain, construct OpenAIEmbeddings with check_embedding_ctx_length=False.")
    }
}
