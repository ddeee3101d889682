import SQLite

/// The tables of `outcrop.sqlite`. A released step is final; changes are new steps.
enum Schema {
    static let migrator = Migrator([
        Migrator.Migration(
            number: 1, name: "documents, chunks, full text and vectors",
            statements: [
                meta, documents, chunks, chunksByDocument, documentTexts, vectors, fullText, trigrams, trigramTerms,
                embeddingCache,
                embeddingCacheByUse, jobs, hidden,
            ])
    ])

    /// generation, next_chunk_id, embedding_model, embedding_dimensions.
    private static let meta = "CREATE TABLE meta(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID"

    /// One row a document. `etag` is the newest content known, `indexed_etag` that of the chunks (empty asks to read again); stamps are size, time and
    /// inode of the files the row was made from, empty where they are not to be trusted; `revision` grows with every upload.
    private static let documents = """
        CREATE TABLE documents(
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            source TEXT NOT NULL CHECK (source IN ('folder', 'upload')),
            filename TEXT NOT NULL,
            byte_count INTEGER NOT NULL,
            content_type TEXT NOT NULL,
            etag TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('pending', 'indexed', 'failed')),
            page_count INTEGER,
            first_chunk INTEGER NOT NULL DEFAULT 0,
            chunk_count INTEGER NOT NULL DEFAULT 0,
            error TEXT,
            metadata TEXT NOT NULL DEFAULT '{}',
            revision INTEGER NOT NULL DEFAULT 0,
            stamp TEXT NOT NULL DEFAULT '',
            sidecar_stamp TEXT NOT NULL DEFAULT '',
            indexed_etag TEXT NOT NULL DEFAULT '',
            pipeline TEXT NOT NULL DEFAULT '',
            is_embedded INTEGER NOT NULL DEFAULT 0)
        """

    /// Ids grow and are never given twice; those of one document are consecutive from `documents.first_chunk`.
    /// `start` and `end` are scalar offsets into the document's text.
    private static let chunks = """
        CREATE TABLE chunks(
            id INTEGER PRIMARY KEY,
            document INTEGER NOT NULL REFERENCES documents(row) ON DELETE CASCADE,
            start INTEGER NOT NULL,
            end INTEGER NOT NULL,
            page INTEGER,
            headings TEXT NOT NULL,
            text_hash BLOB NOT NULL,
            is_cjk INTEGER NOT NULL)
        """
    private static let chunksByDocument = "CREATE INDEX chunks_by_document ON chunks(document)"

    /// Each document's text once, in segments of `StoredText.segmentScalars` scalars.
    private static let documentTexts = """
        CREATE TABLE document_texts(
            document INTEGER NOT NULL REFERENCES documents(row) ON DELETE CASCADE,
            segment INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (document, segment))
        """

    /// Little-endian 32-bit floats of the model named in `meta`.
    private static let vectors = """
        CREATE TABLE vectors(
            chunk INTEGER PRIMARY KEY REFERENCES chunks(id) ON DELETE CASCADE,
            vector BLOB NOT NULL)
        """

    /// Contentless, because the text stands in `document_texts` already; rows leave by FTS5's 'delete' command with the same text.
    private static let fullText =
        "CREATE VIRTUAL TABLE chunks_fts USING fts5(text, context, content='', tokenize='porter unicode61')"
    /// Chunks with Chinese, Japanese or Korean only.
    private static let trigrams = "CREATE VIRTUAL TABLE chunks_trigram USING fts5(text, content='', tokenize='trigram')"
    private static let trigramTerms = "CREATE VIRTUAL TABLE chunks_trigram_terms USING fts5vocab(chunks_trigram, 'row')"

    /// `key` is SHA-256 of model id, purpose and text; `used` grows with every use.
    private static let embeddingCache =
        "CREATE TABLE embedding_cache(key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL, used INTEGER NOT NULL)"
    private static let embeddingCacheByUse = "CREATE INDEX embedding_cache_by_use ON embedding_cache(used)"

    private static let jobs =
        "CREATE TABLE jobs(number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, report TEXT NOT NULL)"

    /// Documents deleted through the API: a folder's file stays hidden while its content is `etag`;
    /// an upload's row stands until its file is gone, so that a crash in between does not bring it back.
    private static let hidden = """
        CREATE TABLE hidden(
            id TEXT PRIMARY KEY,
            source TEXT NOT NULL,
            filename TEXT NOT NULL,
            etag TEXT NOT NULL,
            stamp TEXT NOT NULL) WITHOUT ROWID
        """
}
