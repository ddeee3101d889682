import Glibc
package import RAG

extension KnowledgeBase {
    private static let pageMax = 1_000

    /// In order of creation, newest last; `after` is a document id. At most 1,000 at a time.
    package func documents(limit: Int, after: String?) async throws -> (documents: [DocumentRecord], hasMore: Bool) {
        let limit = min(max(1, limit), Self.pageMax)
        let found = try await store.read { connection, _ in
            let catalogue = Catalogue(connection)
            var row: Int64 = 0
            if let after {
                guard let known = try catalogue.row(id: after) else {
                    throw OutcropFailure(
                        .invalidRequest,
                        "There is no document \(String(after.unicodeScalars.prefix(64))) to continue after. If it was deleted meanwhile, continue after another one.",
                        parameter: "after")
                }
                row = known
            }
            return try catalogue.records(after: row, limit: limit + 1)
        }
        return (Array(found.prefix(limit)), found.count > limit)
    }

    package func document(id: String) async throws -> DocumentRecord? {
        try await store.read { connection, _ in try Catalogue(connection).record(id: id) }
    }

    /// Path of the original file, nil when it is not known or not there any more.
    package func originalPath(id: String) async throws -> String? {
        guard let record = try await document(id: id) else { return nil }
        return try await fileQueue.run { [folder, configuration] in
            switch record.source {
            case .upload:
                let path = folder.upload(record.filename)
                return try FileSystem.status(path) == nil ? nil : path
            case .folder:
                guard let root = configuration.documentsDirectory else { return nil }
                // The folder may have changed since the last sync: a link that leads out of it now is not followed.
                return FolderScanner.resolvedInside(root: root, path: root + "/" + record.filename)
            }
        }
    }

    /// Tombstones at once (no answer uses it from now on), then removes an uploaded original; a folder's file is hidden until
    /// its content changes. False when there is no such document.
    package func delete(id: String) async throws -> Bool {
        try store.requireWritable()
        guard let known = try await store.read({ connection, _ in try Catalogue(connection).entry(id: id) }) else { return false }
        let content = try await presentContent(of: known)
        let now = configuration.clock()
        let deleted = try await store.write(.acknowledged) { change -> CatalogueEntry? in
            guard let entry = try change.catalogue.entry(id: id) else { return nil }
            try change.catalogue.hide(
                HiddenDocument(
                    id: id, source: entry.source, filename: entry.filename, etag: content?.etag ?? entry.etag,
                    stamp: content?.stamp.settledText(now: now) ?? entry.stamp))
            try change.remove(entry)
            return entry
        } then: { [folder] connection, entry in
            // No other write comes between, so that this cannot remove a newer upload of the same name.
            guard let entry, entry.source == .upload else { return }
            try FileSystem.remove(folder.upload(entry.filename))
            try FileSystem.synchronize(folder.uploads)
            try Catalogue(connection).unhide(id: id)
        }
        return deleted != nil
    }

    /// What a folder's file holds now, when that may be newer than its row: deleting means this content too. nil when nothing
    /// is to be learnt.
    private func presentContent(of entry: CatalogueEntry) async throws -> Fingerprint? {
        guard entry.source == .folder, let root = configuration.documentsDirectory else { return nil }
        return try await fileQueue.run {
            guard let path = FolderScanner.resolvedInside(root: root, path: root + "/" + entry.filename),
                let status = try? FileSystem.status(path), FileStamp(status).text != entry.stamp
            else { return nil }
            return try? FileSystem.fingerprint(path)
        }
    }

    /// Takes a completely received file into `uploads/` under `filename` (replacing one of that name) and lists it as pending;
    /// durable on return. Throws `OutcropFailure` `.invalidRequest` for a name or metadata that cannot be taken.
    package func adoptUpload(
        temporaryPath: String, filename: String, contentType: String, metadata: [String: JSONValue]
    ) async throws -> DocumentRecord {
        let filename = try Filename(filename).text
        guard try MetadataText.encode(metadata).utf8.count <= configuration.metadataBytesMax else {
            throw OutcropFailure(
                .invalidRequest, "The metadata is larger than \(configuration.metadataBytesMax) bytes.", parameter: "metadata")
        }
        let fingerprint = try await fileQueue.run {
            do {
                try FileSystem.synchronize(temporaryPath)
                return try FileSystem.fingerprint(temporaryPath)
            } catch let failure as FileSystem.Failure {
                throw OutcropFailure(failure)
            }
        }
        let record = DocumentRecord(
            id: Identifier.document(source: .upload, filename: filename), source: .upload, filename: filename,
            byteCount: fingerprint.byteCount, contentType: contentType, etag: fingerprint.etag, createdAt: configuration.clock(),
            status: .pending, metadata: metadata)
        let adopted = try await store.write(.acknowledged) { [folder, filesMax = configuration.filesMax] change in
            let isReplacing = try change.catalogue.row(id: record.id) != nil
            guard isReplacing || change.snapshot.counts.documents < filesMax else {
                throw OutcropFailure(
                    .conflict, code: "too_many_documents", "There are \(filesMax) documents already. Delete some first.")
            }
            // The file first: without its row the next sync finds it, a row without its file would be a lie.
            try FileSystem.move(temporaryPath, to: folder.upload(filename))
            try FileSystem.synchronize(folder.uploads)
            try change.adopt(record)
            return try change.catalogue.record(id: record.id)
        }
        sync.markChanged()
        return adopted ?? record
    }
}

extension Change {
    /// Lists an upload as pending, with the chunks of what it replaces still there.
    mutating func adopt(_ record: DocumentRecord) throws {
        try catalogue.unhide(id: record.id)
        guard let entry = try catalogue.entry(id: record.id) else {
            try insert(record)
            return
        }
        try connection.execute(
            """
            UPDATE documents SET byte_count = ?, content_type = ?, etag = ?, metadata = ?, stamp = '', revision = revision + 1
            WHERE row = ?
            """, record.byteCount, record.contentType, record.etag, try MetadataText.encode(record.metadata), entry.row)
        try setStatus(of: entry, to: .pending)
        // Filters see the new metadata at once.
        if entry.chunkCount > 0 { markVisible() }
    }
}
