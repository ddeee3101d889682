package import HTTPClient

extension BedrockRuntime {
    /// Which side of a conversation a text is.
    package enum GuardrailSource: String, Sendable {
        case input = "INPUT"
        case output = "OUTPUT"
    }

    /// `POST /guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply`: what a guardrail says of texts, without a model.
    package func applyGuardrail(
        _ identifier: String, version: String, to texts: [String], source: GuardrailSource, deadlines: Deadlines = Deadlines()
    ) async throws -> GuardrailVerdict {
        let guardrail = PercentEncoding.segment(identifier)
        let call = ServiceCall(
            .bedrockRuntime, "ApplyGuardrail", path: "/guardrail/\(guardrail)/version/\(PercentEncoding.segment(version))/apply",
            deadlines: deadlines
        ) { json in
            json.key("content")
            json.array(texts) { text, json in
                json.object { $0.object("text") { $0.field("text", text) } }
            }
            json.field("source", source.rawValue)
        }
        return try await client.answer(GuardrailVerdict.self, to: call)
    }
}

/// What a guardrail decided.
package struct GuardrailVerdict: Hashable, Sendable, Decodable {
    /// Whether the texts must not be used as they are.
    package var intervened: Bool
    package var reason: String?
    /// What to show instead, when it intervened: the texts with parts masked, or the guardrail's own words.
    package var outputs: [String]

    private struct Output: Decodable {
        var text: String?
    }

    private enum Key: String, CodingKey {
        case action, actionReason, outputs
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        // Whatever is not `NONE` is taken for an intervention, a decision of a later day too.
        intervened = try members.decode(String.self, forKey: .action) != "NONE"
        reason = try members.decodeIfPresent(String.self, forKey: .actionReason)
        outputs = try members.decodeIfPresent([Output].self, forKey: .outputs)?.compactMap(\.text) ?? []
    }
}
