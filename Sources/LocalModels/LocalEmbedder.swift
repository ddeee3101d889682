package import CKernels
package import RAG
import Synchronization

/// A BERT-family sentence encoder read from a folder: config.json, vocab.txt, model.safetensors.
///
/// A text is read up to the model's length (256 tokens for MiniLM, at most 512) and becomes one unit vector. Queries and
/// sentences never wait behind an indexing batch, and the batch leaves them the processors from its next text on.
package final class LocalEmbedder: Embedder {
    package static let threadsMax = 256

    /// Names the weights and all that shapes vectors: `all-MiniLM-L6-v2` for that model as published, otherwise the name
    /// in config.json (or `bert-<hidden>`) and eight digits of a fingerprint over the tensors' header and samples of each, the
    /// vocabulary, pooling, length and casing. Moving the folder keeps it.
    package let id: String
    package let folder: ModelFolder
    private let encoder: BertEncoder
    private let threads: Int
    private let queue: WorkQueue
    /// Idle working memory; at most two a thread, since `threads` texts of either urgency may run.
    private let idle = Mutex<[EncoderScratch]>([])

    /// Reads the small files and maps the weights, some 50 ms of blocking work; throws `OutcropFailure` naming the missing or wrong file and the remedy (`make model`).
    /// `threads` pieces of a batch are encoded at once on Dispatch.
    package convenience init(directory: String, threads: Int) throws {
        try self.init(directory: directory, threads: threads, cpu: outcrop_cpu_best())
    }

    /// With the instruction set named, which must be supported here.
    package init(directory: String, threads: Int, cpu: outcrop_cpu) throws {
        precondition(threads > 0 && threads <= Self.threadsMax)
        folder = try ModelFolder(directory: directory)
        let file = try SafetensorsFile(path: "\(directory)/model.safetensors")
        encoder = try BertEncoder(file: file, config: folder.config, pooling: folder.pooling, cpu: cpu)
        var fingerprint = folder.fingerprint
        file.sample { fingerprint.add($0) }
        id = Self.knownModels[fingerprint.value] ?? "\(folder.config.name ?? "bert-\(folder.config.hidden)")-\(fingerprint.short)"
        self.threads = threads
        queue = WorkQueue(label: "outcrop.embed", width: threads)
    }

    package var dimensions: Int { folder.config.hidden }

    /// Working memories kept for the next texts: never more than two a thread.
    package var idleScratchCount: Int { idle.withLock { $0.count } }

    /// One unit vector a text, in order. At most `threads` texts of a call are under way at once; when the task is cancelled,
    /// those finish and the rest is not begun.
    package func embed(_ texts: [String], purpose: EmbeddingPurpose) async throws -> [[Float]] {
        var vectors = Array(repeating: [Float](), count: texts.count)
        try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
            for index in texts.indices {
                if index >= threads, let (done, vector) = try await group.next() { vectors[done] = vector }
                let text = texts[index]
                group.addTask { (index, try await self.embed(text, purpose: purpose)) }
            }
            for try await (done, vector) in group { vectors[done] = vector }
        }
        return vectors
    }

    /// Tokens of the whole text with `[CLS]` and `[SEP]`, as if the model had no limit: a count above `folder.tokenCountMax`
    /// says that the end would not be read. BGE's query prefix is not counted.
    package func tokenCount(_ text: String) -> Int { folder.tokenizer.count(text) }

    private func embed(_ text: String, purpose: EmbeddingPurpose) async throws -> [Float] {
        try await queue.run(purpose == .document ? .background : .interactive) { [self] in
            let read = purpose == .query ? folder.queryPrefix + text : text
            let ids = folder.tokenizer.encode(read, countMax: folder.tokenCountMax)
            var scratch = idle.withLock { $0.popLast() } ?? EncoderScratch()
            defer { idle.withLock { $0.append(scratch) } }
            return try encoder.encode(ids, scratch: &scratch)
        }
    }

    /// Fingerprints of models as published, with the names people know them by.
    private static let knownModels: [UInt64: String] = [0x0621_f4d9_d32f_dcd4: "all-MiniLM-L6-v2"]
}
