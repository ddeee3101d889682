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
        let node = try fields.require("input")
        switch node {
        case .string(let text): return [try checked(text, at: "input")]
        case .array(let items):
            if case .some(.integer) = items.first { throw tokenInput }
            if items.isEmpty { throw JSONFields.invalid("input", "empty_array", "expected at least one text.") }
            return try JSONFields.elements(items, at: "input", countMax: inputsMax).map { element in
                switch element.node {
                case .string(let text): return try checked(text, at: element.place)
                case .array: throw tokenInput
                default: throw JSONFields.mismatch(element.place, "a string", element.node)
                }
            }
        default: throw JSONFields.mismatch("input", "a string or an array of strings", node)
        }
    }

    private static func checked(_ text: String, at place: String) throws -> String {
        if text.isEmpty { throw JSONFields.invalid(place, "empty_string", "expected a text with at least one character.") }
        return text
    }

    /// LangChain's default sends tokens of a vocabulary this model does not have.
    private static var tokenInput: OutcropFailure {
        JSONFields.invalid(
            "input", "token_input_unsupported",
            "arrays of token numbers cannot be read, send the texts themselves. "
                + "With LangChain, construct OpenAIEmbeddings with check_embedding_ctx_length=False.")
    }
}
