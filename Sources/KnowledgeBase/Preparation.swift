internal import Documents
internal import RAG

/// What was found out about one candidate before anything is written.
struct Preparation: Sendable {
    enum Content: Sendable {
        /// The file went away meanwhile.
        case vanished
        /// The chunks that stand are of this content.
        case same
        case extracted(ExtractedDocument)
        /// In words for the owner; a transient failure is tried again at the next sync.
        case failed(reason: String, isTransient: Bool)
    }

    var content: Content
    var fingerprint: Fingerprint?
    /// nil keeps what the catalogue has (uploads).
    var metadata: [String: JSONValue]?
}

/// Reads candidates: fingerprint, metadata, text.
struct Preparer: Sendable {
    /// A file that changes while it is read is read again this often.
    static let attemptsMax = 3

    let extractor: TextExtractor
    let fileQueue: WorkQueue
    let metadataBytesMax: Int
    let pipeline: String

    func prepare(_ candidate: SyncPlan.Candidate) async throws -> Preparation {
        do {
            return try await attempt(candidate)
        } catch let failure as FileSystem.Failure {
            if failure.isMissing { return Preparation(content: .vanished) }
            return Preparation(content: .failed(reason: "The file cannot be read: \(failure.reason).", isTransient: true))
        }
    }

    private func attempt(_ candidate: SyncPlan.Candidate) async throws -> Preparation {
        let path = candidate.file.path
        var before = try await fileQueue.run { try FileSystem.fingerprint(path) }
        let metadata: [String: JSONValue]?
        do {
            metadata = try await sidecar(of: candidate)
        } catch let failure as Sidecar.Failure {
            // Without its metadata a filter would let the document through, or not: it is left out until that is mended.
            return Preparation(content: .failed(reason: failure.message, isTransient: false), fingerprint: before)
        }
        for _ in 0..<Self.attemptsMax {
            if isIndexed(candidate, etag: before.etag) {
                return Preparation(content: .same, fingerprint: before, metadata: metadata)
            }
            let content = try await extract(candidate)
            // Text and hash must be of one content, or a citation would not match its file.
            let after = try await fileQueue.run { try FileSystem.fingerprint(path) }
            if after.etag == before.etag { return Preparation(content: content, fingerprint: after, metadata: metadata) }
            before = after
        }
        let reason = "The file kept changing while it was read; the next sync tries again."
        return Preparation(content: .failed(reason: reason, isTransient: true), fingerprint: before, metadata: metadata)
    }

    private func isIndexed(_ candidate: SyncPlan.Candidate, etag: String) -> Bool {
        if let hidden = candidate.hidden, candidate.entry == nil, hidden.etag == etag || hidden.etag.isEmpty { return true }
        guard let entry = candidate.entry else { return false }
        return entry.indexedETag == etag && entry.pipeline == pipeline
    }

    private func extract(_ candidate: SyncPlan.Candidate) async throws -> Preparation.Content {
        do {
            return .extracted(try await extractor.extract(path: candidate.file.path, filename: candidate.file.filename))
        } catch let error as ExtractionError {
            return .failed(reason: error.message, isTransient: [.toolMissing, .unreadable].contains(error.code))
        } catch let error as CancellationError {
            throw error
        } catch {
            return .failed(reason: "The text could not be read.", isTransient: true)
        }
    }

    /// nil for uploads, whose metadata came with them.
    private func sidecar(of candidate: SyncPlan.Candidate) async throws -> [String: JSONValue]? {
        guard candidate.source == .folder else { return nil }
        guard candidate.file.sidecar != nil else { return [:] }
        let path = candidate.file.path + FolderScanner.sidecarSuffix
        return try await fileQueue.run { [metadataBytesMax] in
            do {
                return try Sidecar.metadata(path: path, byteCountMax: metadataBytesMax)
            } catch let failure as FileSystem.Failure {
                if failure.isMissing { return [:] }
                throw Sidecar.Failure(message: "The metadata file cannot be read: \(failure.reason).")
            }
        }
    }
}
