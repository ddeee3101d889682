import Foundation

/// A model folder with seeded random weights, written for one test and removed after it.
final class TinyModel {
    static let pieces =
        [
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "##s", "##ting", "a", "b", "c", "##d", "!", ".",
            "mat", "on",
        ]

    let directory: String
    let shape: Reference.Shape
    /// By their names without prefix.
    private(set) var tensors: [String: [Float]] = [:]

    init(
        seed: UInt64, prefix: String = "", mean: Bool = true, shape: Reference.Shape = Reference.Shape(), folder: String = "tiny"
    ) throws {
        self.shape = shape
        directory = FileManager.default.temporaryDirectory.appending(path: "outcrop-\(UUID())/\(folder)").path
        try FileManager.default.createDirectory(atPath: directory + "/1_Pooling", withIntermediateDirectories: true)
        var random = SeededRandom(seed: seed)
        var shapes: [(String, [Int])] = []
        for (name, extents) in Self.shapes(shape) {
            let isGain = name.hasSuffix("LayerNorm.weight")
            let values = random.floats(extents.reduce(1, *), scale: 0.4)
            tensors[name] = isGain ? values.map { $0 + 1 } : values
            shapes.append((name, extents))
        }
        let weights = Safetensors.file(shapes.map { (prefix + $0.0, $0.1, tensors[$0.0]!) })
        try write("model.safetensors", weights)
        try write("vocab.txt", Data((Self.pieces.joined(separator: "\n") + "\n").utf8))
        try write("config.json", Self.config(shape))
        try write(
            "1_Pooling/config.json",
            #"{"word_embedding_dimension": \#(shape.hidden), "pooling_mode_cls_token": \#(!mean), "#
                + #""pooling_mode_mean_tokens": \#(mean)}"#
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: (directory as NSString).deletingLastPathComponent) }

    func write(_ name: String, _ data: Data) throws { try data.write(to: URL(fileURLWithPath: "\(directory)/\(name)")) }
    func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(directory)/\(name)") }

    static func config(_ shape: Reference.Shape = Reference.Shape(), replacing: [String: String] = [:]) -> String {
        var values = [
            "model_type": "\"bert\"", "architectures": "[\"BertModel\"]", "hidden_act": "\"gelu\"",
            "num_hidden_layers": "\(shape.layers)", "hidden_size": "\(shape.hidden)", "num_attention_heads": "\(shape.heads)",
            "intermediate_size": "\(shape.intermediate)", "max_position_embeddings": "\(shape.positions)",
            "vocab_size": "\(shape.vocabulary)", "layer_norm_eps": "\(shape.epsilon)",
        ]
        values.merge(replacing) { $1 }
        return "{" + values.map { "\"\($0)\": \($1)" }.sorted().joined(separator: ", ") + "}"
    }

    private static func shapes(_ shape: Reference.Shape) -> [(String, [Int])] {
        let (hidden, inner) = (shape.hidden, shape.intermediate)
        func dense(_ name: String, _ output: Int, _ input: Int) -> [(String, [Int])] {
            [("\(name).weight", [output, input]), ("\(name).bias", [output])]
        }
        func norm(_ name: String) -> [(String, [Int])] {
            [("\(name).LayerNorm.weight", [hidden]), ("\(name).LayerNorm.bias", [hidden])]
        }
        var result: [(String, [Int])] = [
            ("embeddings.word_embeddings.weight", [shape.vocabulary, hidden]),
            ("embeddings.position_embeddings.weight", [shape.positions, hidden]),
            ("embeddings.token_type_embeddings.weight", [2, hidden]),
        ]
        result += norm("embeddings")
        for layer in 0..<shape.layers {
            let path = "encoder.layer.\(layer)"
            for part in ["query", "key", "value"] { result += dense("\(path).attention.self.\(part)", hidden, hidden) }
            result += dense("\(path).attention.output.dense", hidden, hidden) + norm("\(path).attention.output")
            result += dense("\(path).intermediate.dense", inner, hidden) + dense("\(path).output.dense", hidden, inner)
            result += norm("\(path).output")
        }
        return result
    }
}

/// Writes the safetensors format, well or badly.
enum Safetensors {
    static func file(_ tensors: [(name: String, shape: [Int], values: [Float])]) -> Data {
        var entries: [String] = [], data = Data()
        for (name, shape, values) in tensors {
            let begin = data.count
            values.withUnsafeBytes { data.append(contentsOf: $0) }
            entries.append(#""\#(name)": {"dtype": "F32", "shape": \#(shape), "data_offsets": [\#(begin), \#(data.count)]}"#)
        }
        return file(header: "{" + entries.joined(separator: ", ") + "}", data: data)
    }

    /// The header is padded with spaces to eight bytes, as its writers do.
    static func file(header: String, data: Data) -> Data {
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        return prefixed(length: UInt64(padded.utf8.count), Data(padded.utf8) + data)
    }

    static func prefixed(length: UInt64, _ rest: Data) -> Data {
        withUnsafeBytes(of: length.littleEndian) { Data($0) } + rest
    }
}
