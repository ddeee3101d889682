internal import HTTP
internal import HTTPTypes
internal import KnowledgeBase
internal import OpenAIAPI
internal import RAG

/// `POST /v1/uploads`: takes the form that `POST /v1/documents` gave out, with the file as its last field.
///
/// The file goes to disk as it arrives, so memory is bounded whatever its size; it becomes a document only when the
/// whole form has come, and a sync starts then. Anything else leaves nothing behind.
///
/// A form may be used again until it expires, for the same key: the later file replaces the earlier one, as with S3's forms.
struct UploadRoutes: RouteGroup {
    /// Room for the form's other fields and the boundaries.
    static let formOverheadBytesMax = 1_048_576

    private let parts: Parts
    private let slots: SlotPool

    init(_ parts: Parts) {
        self.parts = parts
        slots = SlotPool(capacity: parts.settings.uploadsMax, what: "uploads")
    }

    var routes: [Route] { [Route(.post, "/v1/uploads", access: .policy, receive)] }

    private func receive(_ call: Call) async throws -> ServerResponse {
        let (file, policy, slot) = try await receiveFile(call.request)
        defer { slot.giveBack() }
        let record = try await parts.knowledgeBase.adoptUpload(
            temporaryPath: file.path, filename: policy.filename, contentType: policy.contentType, metadata: policy.metadata)
        file.keep()
        if parts.settings.syncsAfterUpload { await startSync(after: record, call.request.id) }
        return .json(DocumentObject(record), status: .created)
    }

    /// Starts or joins a sync and does not wait for it. The upload has succeeded whatever comes of that: the next sync finds it too.
    private func startSync(after record: DocumentRecord, _ requestID: String) async {
        do {
            _ = try await parts.knowledgeBase.startSync(rebuild: false)
        } catch {
            parts.logger.warning(
                "no sync could start after an upload",
                metadata: ["request-id": "\(requestID)", "document": "\(record.id)", "error": "\(error)"])
        }
    }

    private func receiveFile(_ request: ServerRequest) async throws -> (IncomingFile, UploadPolicy, Slot) {
        let bytesMax = parts.settings.uploadBytesMax
        var parser = try MultipartParser(contentType: request.head.headerFields[.contentType] ?? "")
        var form = UploadForm(signingKey: parts.settings.signingKey, now: parts.surroundings.unixSeconds(), bytesMax: bytesMax)
        var received: (file: IncomingFile, policy: UploadPolicy, slot: Slot)?
        // The form counts the file's bytes; this counts what is no file, such as endless fields or an endless preamble.
        var bytesLeft = bytesMax + Self.formOverheadBytesMax
        for try await piece in request.body {
            bytesLeft -= piece.count
            guard bytesLeft >= 0 else {
                throw OutcropFailure(.tooLarge, code: "body_too_large", "The form is larger than an upload may be.")
            }
            for event in try parser.feed(piece) {
                switch try form.take(event) {
                // Only a form of ours takes a place: nobody else can keep uploads out by sending slowly.
                case .begin(let policy):
                    let slot = try slots.take()
                    received = (try await createFile(), policy, slot)
                case .write(let bytes): try await received?.file.write(bytes)
                case .complete, nil: break
                }
            }
        }
        try parser.finish()
        guard let received, form.isComplete else {
            throw OutcropFailure(.invalidRequest, code: "missing_file", "The form has no field file.", parameter: "file")
        }
        return received
    }

    private func createFile() async throws -> IncomingFile {
        try await IncomingFile.create(
            in: parts.knowledgeBase.incomingDirectory, name: parts.surroundings.makeID("upload-"), queue: parts.files)
    }
}
