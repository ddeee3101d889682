import FoundationEssentials
internal import RAG

/// A model folder in the sentence-transformers layout: what its small files say about length, pooling and casing.
///
/// `config.json` and `vocab.txt` must exist. Read when present: `modules.json` and the pooling's own `config.json`,
/// `sentence_bert_config.json` and `tokenizer_config.json`.
package struct ModelFolder: Sendable {
    /// Longer texts are cut here even if the model allows more.
    package static let tokensMax = 512
    package static let jsonByteCountMax = 1 << 20
    package static let vocabularyByteCountMax = 64 << 20
    /// What BAAI asks to stand before a question, not before passages (model card of bge-small-en-v1.5).
    package static let bgeQueryPrefix = "Represent this sentence for searching relevant passages: "

    package enum Pooling: String, Sendable {
        /// The mean of all tokens' vectors, `[CLS]` and `[SEP]` included.
        case mean
        /// The vector of `[CLS]`.
        case cls
    }

    package let directory: String
    package let config: BertConfig
    package let pooling: Pooling
    /// Tokens a text may have, `[CLS]` and `[SEP]` included.
    package let tokenCountMax: Int
    package let tokenizer: WordPieceTokenizer
    /// Stands before every query; empty except for English BGE models, which are known by CLS pooling and by `bge-` and `-en` in
    /// the name of the folder or in config.json.
    package let queryPrefix: String
    /// Of everything in the small files that changes vectors.
    package let fingerprint: Fingerprint

    package init(directory: String) throws {
        self.directory = directory
        let config = try BertConfig(
            json: try Self.json(directory, "config.json") ?? { throw OutcropFailure.modelMissing("\(directory)/config.json") }())
        let pooling = try Self.pooling(directory, hidden: config.hidden)
        let tokenizerFile: TokenizerFile? = try Self.decoded(directory, "tokenizer_config.json")
        let sentenceFile: SentenceFile? = try Self.decoded(directory, "sentence_bert_config.json")
        let options = tokenizerFile?.options ?? WordPieceTokenizer.Options()
        var fingerprint = Fingerprint()
        let vocabulary = try MappedFile(path: "\(directory)/vocab.txt", byteCountMax: Self.vocabularyByteCountMax).withBytes {
            fingerprint.add($0)
            return try Vocabulary($0)
        }
        guard vocabulary.count <= config.vocabularyCount else {
            throw OutcropFailure.model(
                "vocab.txt: \(vocabulary.count) lines for vocab_size \(config.vocabularyCount) in config.json.")
        }
        let length = sentenceFile?.max_seq_length ?? tokenizerFile?.lengthMax ?? config.positionCount
        tokenCountMax = min(length, config.positionCount, Self.tokensMax)
        guard tokenCountMax >= 2 else {
            throw OutcropFailure.model(
                "The model reads \(tokenCountMax) tokens (max_seq_length, model_max_length or max_position_embeddings), "
                    + "too few for [CLS] and [SEP]."
            )
        }
        let names = "\(config.name ?? "") \(directory.split(separator: "/").last ?? "")".lowercased()
        let isBGE = pooling == .cls && names.contains("bge-") && names.contains("-en")
        queryPrefix = isBGE ? Self.bgeQueryPrefix : ""
        tokenizer = try WordPieceTokenizer(vocabulary: vocabulary, options: options)
        fingerprint.add("\(pooling.rawValue) \(tokenCountMax) \(options.summary) \(queryPrefix)")
        fingerprint.add("\(config.layerNormEpsilon) \(config.headCount)")
        self.fingerprint = fingerprint
        self.config = config
        self.pooling = pooling
    }

    /// What modules.json names as pooling, else `1_Pooling/config.json`, else the mean.
    private static func pooling(_ directory: String, hidden: Int) throws -> Pooling {
        var path = "1_Pooling"
        if let modules: [Module] = try decoded(directory, "modules.json") {
            for module in modules {
                switch module.kind {
                case "Transformer", "Normalize": continue
                case "Pooling" where isSafe(module.path): path = module.path
                default:
                    throw OutcropFailure.model(
                        "modules.json: module \(module.kind) at \"\(module.path)\" is not supported.",
                        remedy: "Use a model of Transformer, Pooling and Normalize only, such as all-MiniLM-L6-v2.")
                }
            }
        }
        guard let file: PoolingFile = try decoded(directory, "\(path)/config.json") else { return .mean }
        return try file.pooling(path, hidden: hidden)
    }

    /// One folder name below the model's own.
    private static func isSafe(_ path: String) -> Bool { !path.isEmpty && !path.contains("/") && !path.hasPrefix(".") }

    private static func decoded<Value: Decodable>(_ directory: String, _ name: String) throws -> Value? {
        guard let data = try json(directory, name) else { return nil }
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch {
            throw OutcropFailure.model("\(directory)/\(name): not the JSON expected there.")
        }
    }

    private static func json(_ directory: String, _ name: String) throws -> Data? {
        do {
            return try MappedFile(path: "\(directory)/\(name)", byteCountMax: jsonByteCountMax).withBytes { Data($0) }
        } catch let failure as OutcropFailure where failure.code == "embedding_model_missing" {
            return nil
        }
    }

    private struct Module: Decodable {
        var type: String
        var path: String
        var kind: String { type.split(separator: ".").last.map(String.init) ?? "" }
    }

    private struct SentenceFile: Decodable {
        var max_seq_length: Int?
    }

    private struct TokenizerFile: Decodable {
        var do_lower_case: Bool?
        var strip_accents: Bool?
        var tokenize_chinese_chars: Bool?
        /// Some files write 1e30 for "no limit", hence not an integer.
        var model_max_length: Double?

        /// Accents go where capitals go unless the file says otherwise.
        var options: WordPieceTokenizer.Options {
            let lowerCase = do_lower_case ?? true
            return WordPieceTokenizer.Options(
                lowerCase: lowerCase, stripAccents: strip_accents ?? lowerCase, spaceIdeographs: tokenize_chinese_chars ?? true)
        }

        var lengthMax: Int? { model_max_length.flatMap { $0 < 1e6 ? Int($0) : nil } }
    }

    private struct PoolingFile: Decodable {
        var word_embedding_dimension: Int?
        var pooling_mode_cls_token: Bool?
        var pooling_mode_mean_tokens: Bool?
        var pooling_mode_max_tokens: Bool?
        var pooling_mode_mean_sqrt_len_tokens: Bool?
        var pooling_mode_weightedmean_tokens: Bool?
        var pooling_mode_lasttoken: Bool?

        func pooling(_ path: String, hidden: Int) throws -> Pooling {
            let others = [
                pooling_mode_max_tokens, pooling_mode_mean_sqrt_len_tokens, pooling_mode_weightedmean_tokens,
                pooling_mode_lasttoken,
            ]
            let isMean = pooling_mode_mean_tokens ?? false
            let isCLS = pooling_mode_cls_token ?? false
            guard isMean != isCLS, !others.contains(true), word_embedding_dimension ?? hidden == hidden else {
                throw OutcropFailure.model(
                    "\(path)/config.json: only mean or CLS pooling of \(hidden) dimensions is supported.",
                    remedy: "Use a model such as all-MiniLM-L6-v2 or bge-small-en-v1.5.")
            }
            return isMean ? .mean : .cls
        }
    }
}
