import Documents
import HTTP

/// Every bound of the server and the pipeline, each settable as `OUTCROP_LIMIT_<NAME>`.
struct Limits: Sendable {
    var http = HTTPLimits()
    var extraction = TextExtractor.Limits()
    var jsonBodyBytes = 8 * 1_048_576
    var jsonBytesInFlight = 128 * 1_048_576
    var uploadBytes = 256 * 1_048_576
    var concurrentAnswers = 1_024
    var concurrentUploads = 16
    var promptTokens = 16_000
    var classifySeconds = 0.5
    var rerankSeconds = 1.0
    var retrySeconds = 0.8
    var ingestionRetrySeconds = 60.0
    var modelConnectSeconds = 5.0
    var modelFirstByteSeconds = 120.0
    var modelIdleSeconds = 120.0
    var modelSeconds = 900.0
    var keepAliveCommentSeconds = 15.0
    var files = 100_000
    var chunksPerDocument = 50_000

    struct Row: Sendable {
        var name: String
        var meaning: String
        var range: ClosedRange<Double>
        var get: @Sendable (Limits) -> Double
        var set: @Sendable (inout Limits, Double) -> Void
    }

    mutating func set(_ name: String, to text: String) throws {
        guard let row = Self.table.first(where: { $0.name == name }) else {
            throw SettingsError(
                "OUTCROP_LIMIT_\(name) is not a limit. Limits: \(Self.table.map(\.name).joined(separator: ", ")).")
        }
        guard let value = Double(text), row.range.contains(value) else {
            throw SettingsError.value(
                "LIMIT_" + name, text,
                wants: "a number from \(Self.show(row.range.lowerBound)) to \(Self.show(row.range.upperBound))")
        }
        row.set(&self, value)
    }

    static func show(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
}

extension Limits {
    static let table: [Row] = [
        bytes("REQUEST_LINE_BYTES", "request line", \.http.requestLineBytesMax),
        bytes("HEAD_BYTES", "request line and fields together", \.http.headBytesMax),
        count("FIELDS", "header fields in a request", \.http.fieldCountMax),
        bytes("BODY_BYTES", "any request body but uploads", \.jsonBodyBytes),
        bytes("BODIES_BYTES", "such bodies of all requests together", \.jsonBytesInFlight),
        bytes("UPLOAD_BYTES", "an uploaded document", \.uploadBytes),
        bytes("TRAILER_BYTES", "trailers of a chunked body", \.http.trailerBytesMax),
        count("CONNECTIONS", "open connections", \.http.connectionsMax),
        seconds("HEAD_SECONDS", "time to send a request head", \.http.headSeconds),
        seconds("BODY_IDLE_SECONDS", "pause within a request body", \.http.bodyIdleSeconds),
        count("BODY_BYTES_PER_SECOND", "slowest request body on average, bytes a second", \.http.bodyBytesPerSecondMin),
        seconds("KEEP_ALIVE_SECONDS", "idle connection", \.http.keepAliveSeconds),
        seconds("WRITE_SECONDS", "client that does not read", \.http.writeSeconds),
        seconds("HALF_CLOSED_SECONDS", "answering a client that has closed its sending side", \.http.halfClosedSeconds),
        seconds("DRAIN_SECONDS", "finishing answers after SIGTERM", \.http.drainSeconds),
        count("CONCURRENT_ANSWERS", "answers in progress", \.concurrentAnswers),
        count("CONCURRENT_UPLOADS", "uploads in progress", \.concurrentUploads),
        count("PROMPT_TOKENS", "prompt given to the model", \.promptTokens),
        seconds("CLASSIFY_SECONDS", "deciding whether a message wants the documents", \.classifySeconds),
        seconds("RERANK_SECONDS", "putting the passages into a better order", \.rerankSeconds),
        seconds("RETRY_SECONDS", "all retries of a call to AWS while someone waits", \.retrySeconds),
        seconds("INGEST_RETRY_SECONDS", "all retries of a call to AWS during a sync", \.ingestionRetrySeconds),
        seconds("MODEL_CONNECT_SECONDS", "reaching the model", \.modelConnectSeconds),
        seconds("MODEL_FIRST_BYTE_SECONDS", "the model's first sign of an answer", \.modelFirstByteSeconds),
        seconds("MODEL_IDLE_SECONDS", "silence within the model's answer", \.modelIdleSeconds),
        seconds("MODEL_SECONDS", "the model's whole answer", \.modelSeconds),
        seconds("KEEP_ALIVE_COMMENT_SECONDS", "silence in a stream before a comment is sent", \.keepAliveCommentSeconds),
        count("FILES", "documents in the knowledge base", \.files),
        count("CHUNKS_PER_DOCUMENT", "passages of one document", \.chunksPerDocument),
        bytes("FILE_BYTES", "a file that is read", \.extraction.fileBytesMax),
        bytes("TEXT_BYTES", "text taken from one file", \.extraction.textBytesMax),
        count("PAGES", "pages of one PDF", \.extraction.pagesMax),
        seconds("PDF_SECONDS", "reading one PDF", \.extraction.pdfSeconds),
        bytes("PDF_MEMORY_BYTES", "memory for reading one PDF", \.extraction.pdfMemoryBytesMax),
    ]

    private typealias Path<Value> = WritableKeyPath<Limits, Value> & Sendable

    private static func bytes(_ name: String, _ meaning: String, _ path: any Path<Int>) -> Row {
        row(name, meaning + ", bytes", 256...1e12, path)
    }

    private static func count(_ name: String, _ meaning: String, _ path: any Path<Int>) -> Row {
        row(name, meaning, 1...1e9, path)
    }

    private static func row(_ name: String, _ meaning: String, _ range: ClosedRange<Double>, _ path: any Path<Int>) -> Row {
        Row(name: name, meaning: meaning, range: range, get: { Double($0[keyPath: path]) }, set: { $0[keyPath: path] = Int($1) })
    }

    private static func seconds(_ name: String, _ meaning: String, _ path: any Path<Double>) -> Row {
        Row(
            name: name, meaning: meaning + ", seconds", range: 0.05...86_400,
            get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
    }
}
