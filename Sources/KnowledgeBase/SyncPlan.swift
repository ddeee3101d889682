/// What one pass has to do: the catalogue compared with what the scan found, without reading any file.
struct SyncPlan: Sendable {
    struct Candidate: Hashable, Sendable {
        var id: String
        var source: DocumentRecord.Source
        var file: FolderScanner.File
        /// nil for a file that is not in the catalogue.
        var entry: CatalogueEntry?
        var hidden: HiddenDocument?
    }

    /// Files that are new or may have changed: uploads first, because someone waits for them.
    private(set) var candidates: [Candidate] = []
    /// Documents whose file is gone.
    private(set) var removed: [CatalogueEntry] = []
    /// Hidden documents whose file is gone: a file that comes back is a new one.
    private(set) var forgotten: [HiddenDocument] = []
    private(set) var unchangedCount = 0

    struct Conditions: Hashable, Sendable {
        /// How chunks are made now.
        var pipeline: String
        var hasEmbedder: Bool
        /// Sources whose listing is complete.
        var listedSources: Set<String>
    }

    init(
        scans: [(source: DocumentRecord.Source, result: FolderScanner.Result)], entries: [CatalogueEntry],
        hidden: [HiddenDocument],
        conditions: Conditions
    ) {
        let known = Dictionary(entries.map { ($0.id, $0) }) { first, _ in first }
        let hiddenByID = Dictionary(hidden.map { ($0.id, $0) }) { first, _ in first }
        var seen: Set<String> = []
        for (source, result) in scans {
            for file in result.files {
                let id = Identifier.document(source: source, filename: file.filename)
                seen.insert(id)
                let candidate = Candidate(id: id, source: source, file: file, entry: known[id], hidden: hiddenByID[id])
                if candidate.isUnchanged(conditions) { unchangedCount += 1 } else { candidates.append(candidate) }
            }
        }
        func isGone(_ id: String, _ source: DocumentRecord.Source, _ filename: String) -> Bool {
            guard !seen.contains(id), conditions.listedSources.contains(source.rawValue) else { return false }
            let unreadable = scans.first { $0.source == source }?.result.unreadableFolders ?? []
            return !unreadable.contains { filename.utf8.starts(with: $0.utf8) }
        }
        removed = entries.filter { isGone($0.id, $0.source, $0.filename) }
        forgotten = hidden.filter { $0.source == .folder && isGone($0.id, $0.source, $0.filename) }
    }
}

extension SyncPlan.Candidate {
    /// Size, time and inode as remembered, and nothing to be made anew.
    fileprivate func isUnchanged(_ conditions: SyncPlan.Conditions) -> Bool {
        if let hidden, entry == nil { return hidden.stamp == file.stamp.text }
        guard let entry, entry.status != .pending, entry.stamp == file.stamp.text else { return false }
        guard entry.sidecarStamp == (file.sidecar?.text ?? "none"), entry.pipeline == conditions.pipeline else { return false }
        return !conditions.hasEmbedder || entry.isEmbedded || entry.chunkCount == 0
    }
}
