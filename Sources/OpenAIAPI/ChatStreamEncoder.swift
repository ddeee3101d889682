package import RAG

/// The payloads of one streamed chat completion, in the order role, text…, citations, finish, usage, `done`.
///
/// Each is one JSON text without SSE framing. What is the same in every chunk is encoded once; a piece of text costs
/// one buffer and one pass over its bytes.
package struct ChatStreamEncoder: Sendable {
    /// The last frame of every stream.
    package static let done = Array("[DONE]".utf8)

    /// `{"id":…,"object":…,"created":…,"model":…` up to the comma before `choices`.
    private let head: [UInt8]
    private let textPrefix: [UInt8]
    private let textSuffix: [UInt8]
    /// `,"usage":null` where a usage chunk will follow, as OpenAI sends it.
    private let usagePlaceholder: [UInt8]

    /// `created` is in Unix seconds; id, created and model are the same in all chunks.
    package init(id: String, created: Int, model: String, includesUsage: Bool) {
        var json = JSONWriter()
        json.object {
            $0.field("id", id)
            $0.field("object", "chat.completion.chunk")
            $0.field("created", created)
            $0.field("model", model)
        }
        head = json.bytes.dropLast() + Array(",".utf8)
        usagePlaceholder = Array((includesUsage ? #","usage":null"# : "").utf8)
        textPrefix = head + Array(#""choices":[{"index":0,"delta":{"content":"#.utf8)
        textSuffix = Array(#"},"logprobs":null,"finish_reason":null}]"#.utf8) + usagePlaceholder + Array("}".utf8)
    }

    /// The first chunk: who speaks.
    package func roleChunk() -> [UInt8] {
        chunk(finishReason: nil) { delta in
            delta.field("role", "assistant")
            delta.field("content", "")
            delta.field("refusal", nil as String?)
        }
    }

    /// A piece of the answer.
    package func text(_ piece: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(textPrefix.count + piece.utf8.count + 16 + textSuffix.count)
        appendText(piece, to: &bytes)
        return bytes
    }

    /// As `text`, behind what `bytes` holds already. It is one line.
    package func appendText(_ piece: String, to bytes: inout [UInt8]) {
        bytes += textPrefix
        JSONWriter.appendEscaped(piece, to: &bytes)
        bytes += textSuffix
    }

    /// All sources in one valid chunk: `delta.annotations` for OpenAI's clients, `type` and `citations` beside it for ours.
    package func citations(_ citations: [Citation], linkFor: (Citation) -> String) -> [UInt8] {
        let sources = citations.map { CitationObject($0, url: linkFor($0)) }
        return chunk(finishReason: nil) { delta in
            delta.field("annotations", items: sources.flatMap(\.annotations))
        } beside: { json in
            json.field("type", "citations")
            json.field("citations", items: sources)
        }
    }

    /// The last chunk with a choice.
    package func finish(_ reason: FinishReason) -> [UInt8] {
        chunk(finishReason: reason) { _ in }
    }

    /// The chunk that `stream_options.include_usage` asks for, after `finish`.
    package func usage(_ usage: Usage) -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.key("choices")
            $0.array { _ in }
            $0.field("usage", item: UsageObject(usage))
        }
        return head + json.bytes.dropFirst()
    }

    /// A failure after the stream has begun; the connection closes after it, without `done`.
    package static func error(_ error: ErrorEnvelope) -> [UInt8] {
        error.encoded()
    }

    private func chunk(
        finishReason: FinishReason?, delta: (inout JSONWriter) -> Void, beside: (inout JSONWriter) -> Void = { _ in }
    ) -> [UInt8] {
        var json = JSONWriter()
        json.object { chunk in
            chunk.key("choices")
            chunk.array {
                $0.object { choice in
                    choice.field("index", 0)
                    choice.field("delta", delta)
                    choice.field("logprobs", nil as String?)
                    choice.field("finish_reason", finishReason?.rawValue)
                }
            }
            beside(&chunk)
        }
        return head + json.bytes.dropFirst().dropLast() + usagePlaceholder + Array("}".utf8)
    }
}
