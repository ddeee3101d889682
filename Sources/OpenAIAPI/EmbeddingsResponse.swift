import FoundationEssentials

/// The answer of `POST /v1/embeddings`.
package struct EmbeddingsResponse: Sendable {
    private let model: String
    private let embeddings: [[Float]]
    private let encodingFormat: EmbeddingsRequest.EncodingFormat
    private let promptTokens: Int

    /// One vector per input, in the order of the inputs.
    package init(
        model: String, embeddings: [[Float]], encodingFormat: EmbeddingsRequest.EncodingFormat, promptTokens: Int
    ) {
        self.model = model
        self.embeddings = embeddings
        self.encodingFormat = encodingFormat
        self.promptTokens = promptTokens
    }

    /// Little-endian IEEE 754 single precision, as numpy's `frombuffer(…, dtype="float32")` reads it.
    static func base64(_ vector: [Float]) -> String {
        var data = Data(capacity: vector.count * 4)
        for component in vector {
            let bits = component.bitPattern
            for shift in stride(from: 0, to: 32, by: 8) { data.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        return data.base64EncodedString()
    }
}

extension EmbeddingsResponse: WireEncodable {
    package func write(to json: inout JSONWriter) {
        json.object {
            $0.field("object", "list")
            $0.key("data")
            $0.array { data in
                for (index, vector) in embeddings.enumerated() {
                    data.object {
                        $0.field("object", "embedding")
                        $0.field("index", index)
                        write(vector, to: &$0)
                    }
                }
            }
            $0.field("model", model)
            $0.field("usage") {
                $0.field("prompt_tokens", promptTokens)
                $0.field("total_tokens", promptTokens)
            }
        }
    }

    private func write(_ vector: [Float], to json: inout JSONWriter) {
        switch encodingFormat {
        case .base64: json.field("embedding", Self.base64(vector))
        case .float:
            json.key("embedding")
            json.array { for component in vector { $0.value(component) } }
        }
    }
}
