import FoundationEssentials
internal import RAG

/// The shape of a BERT encoder, read from Hugging Face's `config.json` and checked against what this encoder computes.
package struct BertConfig: Sendable {
    package static let layersMax = 48
    package static let hiddenMax = 4_096
    package static let intermediateMax = 16_384
    package static let vocabularyMax = 1_000_000

    package let layerCount: Int
    package let hidden: Int
    package let headCount: Int
    package let intermediate: Int
    package let positionCount: Int
    package let tokenTypeCount: Int
    package let vocabularyCount: Int
    package let layerNormEpsilon: Float
    /// The last part of `_name_or_path`, if the file has one.
    package let name: String?

    package var headWidth: Int { hidden / headCount }

    /// Throws `OutcropFailure` for another architecture, activation or position embedding, and for sizes out of bounds.
    init(json: Data) throws {
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: json)
        } catch {
            throw OutcropFailure.model("config.json: no valid BERT configuration.")
        }
        try file.proveArchitecture()
        func bounded(_ value: Int, _ key: String, _ limit: Int) throws -> Int {
            guard value > 0, value <= limit else {
                throw OutcropFailure.model("config.json: \(key) is \(value), allowed are 1 to \(limit).")
            }
            return value
        }
        layerCount = try bounded(file.num_hidden_layers, "num_hidden_layers", Self.layersMax)
        hidden = try bounded(file.hidden_size, "hidden_size", Self.hiddenMax)
        headCount = try bounded(file.num_attention_heads, "num_attention_heads", hidden)
        intermediate = try bounded(file.intermediate_size, "intermediate_size", Self.intermediateMax)
        positionCount = try bounded(file.max_position_embeddings, "max_position_embeddings", 65_536)
        tokenTypeCount = try bounded(file.type_vocab_size ?? 2, "type_vocab_size", 16)
        vocabularyCount = try bounded(file.vocab_size, "vocab_size", Self.vocabularyMax)
        layerNormEpsilon = file.layer_norm_eps ?? 1e-12
        guard hidden % headCount == 0 else {
            throw OutcropFailure.model("config.json: \(headCount) heads do not divide hidden_size \(hidden).")
        }
        guard layerNormEpsilon >= 0, layerNormEpsilon < 1 else {
            throw OutcropFailure.model("config.json: layer_norm_eps is \(layerNormEpsilon).")
        }
        name = file._name_or_path.flatMap { $0.split(separator: "/").last.map(String.init) }
    }

    /// The keys as they are spelt in the file.
    private struct File: Decodable {
        var model_type: String?
        var architectures: [String]?
        var hidden_act: String?
        var position_embedding_type: String?
        var num_hidden_layers: Int
        var hidden_size: Int
        var num_attention_heads: Int
        var intermediate_size: Int
        var max_position_embeddings: Int
        var type_vocab_size: Int?
        var vocab_size: Int
        var layer_norm_eps: Float?
        var _name_or_path: String?

        func proveArchitecture() throws {
            func require(_ holds: Bool, _ found: String) throws {
                guard !holds else { return }
                throw OutcropFailure.model(
                    "config.json: \(found) is not supported.",
                    remedy:
                        "Use a BERT encoder such as all-MiniLM-L6-v2 or bge-small-en-v1.5 "
                        + "(model_type bert, hidden_act gelu, absolute positions)."
                )
            }
            try require(model_type ?? "bert" == "bert", "model_type \(model_type ?? "")")
            for architecture in architectures ?? [] {
                try require(architecture.hasPrefix("Bert"), "architecture \(architecture)")
            }
            try require(hidden_act ?? "gelu" == "gelu", "hidden_act \(hidden_act ?? "")")
            try require(
                position_embedding_type ?? "absolute" == "absolute", "position_embedding_type \(position_embedding_type ?? "")")
        }
    }
}
