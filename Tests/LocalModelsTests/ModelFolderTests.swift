import Foundation
import LocalModels
import RAG
import Testing

/// What the small files of a model folder may say, and what is refused with its reason.
struct ModelFolderTests {
    static let refused: [(file: String, text: String, reason: String)] = [
        ("config.json", "{", "no valid BERT configuration"),
        ("config.json", "{\"model_type\": \"bert\"}", "no valid BERT configuration"),
        ("config.json", TinyModel.config(replacing: ["model_type": "\"roberta\""]), "model_type roberta"),
        ("config.json", TinyModel.config(replacing: ["architectures": "[\"MPNetModel\"]"]), "MPNetModel"),
        ("config.json", TinyModel.config(replacing: ["hidden_act": "\"relu\""]), "hidden_act relu"),
        ("config.json", TinyModel.config(replacing: ["hidden_act": "\"gelu_new\""]), "hidden_act gelu_new"),
        ("config.json", TinyModel.config(replacing: ["position_embedding_type": "\"relative_key\""]), "relative_key"),
        ("config.json", TinyModel.config(replacing: ["num_hidden_layers": "0"]), "num_hidden_layers"),
        ("config.json", TinyModel.config(replacing: ["num_hidden_layers": "49"]), "num_hidden_layers"),
        ("config.json", TinyModel.config(replacing: ["hidden_size": "4097"]), "hidden_size"),
        ("config.json", TinyModel.config(replacing: ["num_attention_heads": "5"]), "do not divide"),
        ("config.json", TinyModel.config(replacing: ["num_attention_heads": "-4"]), "num_attention_heads"),
        ("config.json", TinyModel.config(replacing: ["intermediate_size": "9999999"]), "intermediate_size"),
        ("config.json", TinyModel.config(replacing: ["vocab_size": "9999999999"]), "vocab_size"),
        ("config.json", TinyModel.config(replacing: ["vocab_size": "3"]), "18 lines for vocab_size 3"),
        ("config.json", TinyModel.config(replacing: ["max_position_embeddings": "1"]), "too few for [CLS]"),
        ("config.json", TinyModel.config(replacing: ["layer_norm_eps": "-1"]), "layer_norm_eps"),
        ("config.json", TinyModel.config(replacing: ["intermediate_size": "47"]), "has shape [48, 32]"),
        ("config.json", TinyModel.config(replacing: ["num_hidden_layers": "3"]), "encoder.layer.2"),
        ("config.json", String(repeating: " ", count: ModelFolder.jsonByteCountMax + 1), "over the limit"),
        ("vocab.txt", "", "is empty"),
        ("vocab.txt", "[UNK]\n[CLS]\n", "[SEP] is missing"),
        ("1_Pooling/config.json", #"{"pooling_mode_max_tokens": true}"#, "only mean or CLS"),
        ("1_Pooling/config.json", #"{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}"#, "only mean or CLS"),
        ("1_Pooling/config.json", #"{"pooling_mode_mean_tokens": true, "word_embedding_dimension": 9}"#, "only mean or CLS"),
        ("1_Pooling/config.json", "[]", "not the JSON"),
        ("modules.json", #"[{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]"#, "module Dense"),
        ("modules.json", #"[{"type": "sentence_transformers.models.Pooling", "path": "../../etc"}]"#, "module Pooling"),
        ("sentence_bert_config.json", #"{"max_seq_length": 1}"#, "reads 1 tokens"),
        ("tokenizer_config.json", #"{"do_lower_case": "yes"}"#, "not the JSON"),
        ("model.safetensors", "nonsense, and a lot of it", "over the limit"),
    ]

    @Test(arguments: refused) func `refuses a folder`(file: String, text: String, reason: String) throws {
        let model = try TinyModel(seed: 3)
        try model.write(file, text)
        #expect { try LocalEmbedder(directory: model.directory, threads: 1) } throws: {
            guard let failure = $0 as? OutcropFailure else { return false }
            return failure.message.contains(reason) && failure.code == "embedding_model_invalid"
        }
    }

    @Test(arguments: ["config.json", "vocab.txt", "model.safetensors"]) func `names a missing file and the remedy`(
        file: String
    ) throws {
        let model = try TinyModel(seed: 3)
        try model.remove(file)
        #expect { try LocalEmbedder(directory: model.directory, threads: 1) } throws: {
            guard let failure = $0 as? OutcropFailure else { return false }
            return failure.message.contains("/\(file)") && failure.message.contains("make model")
        }
    }

    @Test func `takes pooling from the module that is named, else the mean`() throws {
        let model = try TinyModel(seed: 3)
        try model.remove("1_Pooling/config.json")
        #expect(try ModelFolder(directory: model.directory).pooling == .mean)
        try model.write("1_Pooling/config.json", #"{"pooling_mode_cls_token": true}"#)
        #expect(try ModelFolder(directory: model.directory).pooling == .cls)
        try model.write(
            "modules.json",
            #"[{"type": "a.Transformer", "path": ""}, {"type": "a.Pooling", "path": "7_Pooling"}, "#
                + #"{"type": "a.Normalize", "path": "n"}]"#
        )
        #expect(try ModelFolder(directory: model.directory).pooling == .mean)
    }

    @Test func `takes the length from the first file that names one, within the positions`() throws {
        let model = try TinyModel(seed: 3)
        func length() throws -> Int { try ModelFolder(directory: model.directory).tokenCountMax }
        #expect(try length() == 64)
        try model.write("tokenizer_config.json", #"{"model_max_length": 48}"#)
        #expect(try length() == 48)
        try model.write("tokenizer_config.json", #"{"model_max_length": 1000000000000000019884624838656}"#)
        #expect(try length() == 64)
        try model.write("sentence_bert_config.json", #"{"max_seq_length": 16}"#)
        #expect(try length() == 16)
        try model.write("sentence_bert_config.json", #"{"max_seq_length": 4096}"#)
        #expect(try length() == 64)
    }

    @Test func `takes casing from tokenizer_config.json`() throws {
        let model = try TinyModel(seed: 3)
        func options() throws -> WordPieceTokenizer.Options { try ModelFolder(directory: model.directory).tokenizer.options }
        #expect(try options() == .init(lowerCase: true, stripAccents: true))
        try model.write("tokenizer_config.json", #"{"do_lower_case": false, "strip_accents": null}"#)
        #expect(try options() == .init(lowerCase: false, stripAccents: false))
        try model.write(
            "tokenizer_config.json", #"{"do_lower_case": true, "strip_accents": false, "tokenize_chinese_chars": false}"#)
        #expect(try options() == .init(lowerCase: true, stripAccents: false, spaceIdeographs: false))
    }
}
