extension BedrockControl {
    /// `GET /inference-profiles`, all pages; `type` is `SYSTEM_DEFINED` or `APPLICATION`.
    package func listInferenceProfiles(type: String? = nil) async throws -> [InferenceProfile] {
        struct Answer: Decodable {
            var inferenceProfileSummaries: [InferenceProfile]?
            var nextToken: String?
        }
        return try await Pages.collect(of: "bedrock ListInferenceProfiles") { token in
            let call = ServiceCall(
                .bedrock, "ListInferenceProfiles", method: .get, path: "/inference-profiles",
                query: [("maxResults", "1000"), ("nextToken", token), ("type", type)].compactMap { name, value in
                    value.map { (name, $0) }
                })
            let answer = try await client.answer(Answer.self, to: call)
            return (answer.inferenceProfileSummaries ?? [], answer.nextToken)
        }
    }

    /// `GET /inference-profiles/{inferenceProfileIdentifier}`, by id or ARN.
    package func getInferenceProfile(_ identifier: String) async throws -> InferenceProfile {
        let path = "/inference-profiles/\(PercentEncoding.segment(identifier))"
        return try await client.answer(
            InferenceProfile.self, to: ServiceCall(.bedrock, "GetInferenceProfile", method: .get, path: path))
    }
}

/// A name under which models of several regions, or of one application, are called.
package struct InferenceProfile: Hashable, Sendable {
    package var id: String
    package var arn: String
    package var name: String
    /// ARNs of the models behind it.
    package var modelARNs: [String]
    /// `SYSTEM_DEFINED` or `APPLICATION`.
    package var type: String
    package var status: String

    package init(id: String, arn: String, name: String, modelARNs: [String], type: String, status: String) {
        self.id = id
        self.arn = arn
        self.name = name
        self.modelARNs = modelARNs
        self.type = type
        self.status = status
    }
}

extension InferenceProfile: Decodable {
    private enum Key: String, CodingKey {
        case inferenceProfileId, inferenceProfileArn, inferenceProfileName, models, type, status
    }

    private struct Model: Decodable {
        var modelArn: String?
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Key.self)
        func text(_ key: Key) throws -> String { try members.decode(String.self, forKey: key) }
        self.init(
            id: try text(.inferenceProfileId), arn: try text(.inferenceProfileArn), name: try text(.inferenceProfileName),
            modelARNs: try members.decodeIfPresent([Model].self, forKey: .models)?.compactMap(\.modelArn) ?? [],
            type: try text(.type), status: try text(.status))
    }
}
