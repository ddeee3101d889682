import Foundation
import HTTP
import HTTPTypes
import RAG
import Testing

@testable import OutcropServer

@Suite struct UploadTests {
    private let content = Array("Rivers flow to the sea.".utf8)
    private let multipart: HTTPFields = [.contentType: MultipartForm.contentType]

    /// The fields of a form for one file, as POST /v1/documents gives them out.
    private func form(
        _ transport: Transport,
        _ request: String = #"{"filename":"rivers.txt","content_type":"text/plain","metadata":{"year":2024}}"#
    ) async throws -> [(String, String)] {
        let answer = try await transport.post("/v1/documents", request)
        #expect(answer.status == 200, "\(answer.text)")
        let upload = try #require(try answer.json()["upload"] as? [String: Any])
        let fields = try #require(upload["fields"] as? [String: String])
        return ["key", "Content-Type", "policy", "signature"].map { ($0, fields[$0] ?? "") }
    }

    private func body(_ fields: [(String, String)], file: [UInt8]?) -> [UInt8] {
        var form = MultipartForm()
        for (name, value) in fields { form.field(name, value) }
        if let file { form.file(file) }
        return form.bytes
    }

    @Test func `a form tells where, what and until when`() async throws {
        var fixture = try Fixture()
        fixture.settings.publicURL = "https://docs.example.com"
        let answer = try await fixture.transport().post("/v1/documents", #"{"filename":"Größe 1.pdf","bytes":7}"#)
        let json = try answer.json()
        #expect(json["id"] as? String == "doc_up_Größe 1.pdf")
        #expect(json["object"] as? String == "document.upload")
        #expect(json["filename"] as? String == "Größe 1.pdf")
        #expect(json["max_bytes"] as? Int == 7)
        #expect(json["expires_at"] as? Int == 1_790_000_900)
        let upload = try #require(json["upload"] as? [String: Any])
        #expect(upload["method"] as? String == "POST")
        #expect(upload["url"] as? String == "https://docs.example.com/v1/uploads")
        let fields = try #require(upload["fields"] as? [String: String])
        #expect(Set(fields.keys) == ["key", "Content-Type", "policy", "signature"])
        #expect(fields["Content-Type"] == "application/pdf", "from the name's ending")
        let policy = try #require(Data(base64Encoded: fields["policy"] ?? ""))
        #expect(
            String(decoding: policy, as: UTF8.self)
                == #"{"content_type":"application/pdf","expires":1790000900,"filename":"Größe 1.pdf","key":"doc_up_Größe 1.pdf","max_bytes":7,"metadata":{}}"#
        )
    }

    @Test(arguments: [
        ("", "http://localhost:8080/v1/uploads"), ("https", "https://localhost:8080/v1/uploads"),
        ("evil", "http://localhost:8080/v1/uploads"), ("HTTPS", "http://localhost:8080/v1/uploads"),
        ("http", "http://localhost:8080/v1/uploads"), ("https, http", "http://localhost:8080/v1/uploads"),
    ])
    func `without a public URL the form leads to where the client found us`(proto: String, url: String) async throws {
        let transport = try Fixture().transport()
        var fields: HTTPFields = [:]
        if !proto.isEmpty { fields[.xForwardedProto] = proto }
        let answer = try await transport.post("/v1/documents", #"{"filename":"a.txt"}"#, fields)
        #expect((try answer.json()["upload"] as? [String: Any])?["url"] as? String == url)
    }

    @Test(arguments: Transport.Kind.allCases)
    func `a filled-in form becomes a document`(kind: Transport.Kind) async throws {
        let fixture = try Fixture()
        let transport = try fixture.transport(kind)
        let answer = try await transport.send(
            .post, "/v1/uploads", multipart, body: body(try await form(transport), file: content))
        #expect(answer.status == 201, "\(answer.text)")
        let document = try answer.json()
        #expect(document["object"] as? String == "document")
        #expect(document["filename"] as? String == "rivers.txt", "the policy's name, whatever the part says")
        #expect(document["status"] as? String == "pending")
        #expect(document["bytes"] as? Int == content.count)
        #expect((document["metadata"] as? [String: Int]) == ["year": 2024])
        #expect(fixture.knowledge.directory.names == ["adopted"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(fixture.knowledge.directory.path)/adopted")) == Data(content))
    }

    @Test(arguments: [true, false]) func `starts a sync where that is wanted`(isWanted: Bool) async throws {
        var fixture = try Fixture()
        fixture.settings.syncsAfterUpload = isWanted
        let transport = try fixture.transport()
        let whole = body(try await form(transport), file: content)
        #expect(try await transport.send(.post, "/v1/uploads", multipart, body: whole).status == 201)
        #expect(fixture.knowledge.state.withLock { $0.jobs.map(\.id) } == (isWanted ? ["job_sync"] : []))
    }

    @Test func `is stored also when no sync can start, which the log tells`() async throws {
        let fixture = try Fixture()
        let transport = try fixture.transport()
        let whole = body(try await form(transport), file: content)
        fixture.knowledge.state.withLock { $0.syncFailure = OutcropFailure(.unavailable, "The knowledge base is closing.") }
        #expect(try await transport.send(.post, "/v1/uploads", multipart, body: whole).status == 201)
        #expect(fixture.knowledge.directory.names == ["adopted"])
        #expect(fixture.logged.lines.filter { $0.contains("no sync could start") && $0.contains("is closing") }.count == 1)
    }

    @Test func `a refused upload starts no sync`() async throws {
        let fixture = try Fixture()
        let transport = try fixture.transport()
        var fields = try await form(transport)
        fields[3].1.removeLast()
        let refused = try await transport.send(.post, "/v1/uploads", multipart, body: body(fields, file: content))
        #expect(refused.status == 403)
        #expect(fixture.knowledge.state.withLock { $0.jobs.isEmpty })
    }

    @Test(arguments: [1, 2, 7, 64, 1_000])
    func `however the body is cut into pieces, the file is the same`(size: Int) async throws {
        let fixture = try Fixture()
        let transport = try fixture.transport()
        let file = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let whole = body(try await form(transport), file: file)
        let pieces = stride(from: 0, to: whole.count, by: size).map { Array(whole[$0..<min($0 + size, whole.count)]) }
        let answer = try await transport.handlerAnswer(.post, "/v1/uploads", multipart, pieces: pieces)
        #expect(answer.status == 201)
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(fixture.knowledge.directory.path)/adopted")) == Data(file))
    }

    @Test func `a file of exactly the allowed size passes and one byte more does not`() async throws {
        let fixture = try Fixture()
        let transport = try fixture.transport()
        let request = #"{"filename":"a.txt","bytes":\#(content.count)}"#
        let fields = try await form(transport, request)
        #expect(try await transport.send(.post, "/v1/uploads", multipart, body: body(fields, file: content)).status == 201)
        let answer = try await transport.send(.post, "/v1/uploads", multipart, body: body(fields, file: content + [0]))
        #expect(answer.status == 413)
        #expect(try answer.error("code") == "file_too_large")
        #expect(fixture.knowledge.directory.names == ["adopted"], "nothing is left of the second")
    }

    @Test func `a field that is not ours may have a name of 64 bytes`() async throws {
        let transport = try Fixture().transport()
        var fields = try await form(transport)
        fields.insert((String(repeating: "a", count: UploadForm.fieldNameBytesMax), "x"), at: 0)
        #expect(try await transport.send(.post, "/v1/uploads", multipart, body: body(fields, file: content)).status == 201)
    }

    @Test func `the server's own limit holds in the middle of the stream`() async throws {
        var fixture = try Fixture()
        let transport = try fixture.transport()
        let fields = try await form(transport)
        fixture.settings.uploadBytesMax = 10
        let later = try fixture.transport()
        let answer = try await later.handlerAnswer(
            .post, "/v1/uploads", multipart, pieces: body(fields, file: content).map { [$0] })
        #expect(answer.status == 413)
        #expect(fixture.knowledge.directory.names.isEmpty)
    }

    /// Each row changes the form in one way.
    @Test(arguments: Tampering.all)
    func `a form that was tampered with is refused and leaves nothing`(tampering: Tampering) async throws {
        let fixture = try Fixture()
        let transport = try fixture.transport()
        var fields = try await form(transport)
        tampering.change(&fields, fixture)
        let answer = try await transport.send(.post, "/v1/uploads", multipart, body: body(fields, file: content))
        #expect(answer.status == tampering.status, "\(answer.text)")
        #expect(try answer.error("code") == tampering.code)
        #expect(fixture.knowledge.directory.names.isEmpty)
    }

    @Test(arguments: MisshapenForm.all)
    func `a misshapen form is refused and leaves nothing`(misshapen: MisshapenForm) async throws {
        let fixture = try Fixture()
        let transport = try fixture.transport()
        var form = MultipartForm()
        for (name, value) in try await self.form(transport) { form.field(name, value) }
        misshapen.change(&form, content)
        let answer = try await transport.send(
            .post, "/v1/uploads", [.contentType: misshapen.contentType], body: form.bytes)
        #expect(answer.status == misshapen.status, "\(answer.text)")
        #expect(try answer.error("code") == misshapen.code)
        #expect(fixture.knowledge.directory.names.isEmpty)
    }

    @Test func `a client that breaks off leaves nothing`() async throws {
        struct Gone: Error {}
        let fixture = try Fixture()
        let handler = try fixture.application().handler()
        let whole = body(try await form(fixture.transport()), file: content)
        var request = try Transport.request(.post, "/v1/uploads", multipart)
        let directory = fixture.knowledge.directory
        let half = OneThenThrow([UInt8](whole.dropLast(40))) {
            #expect(directory.names.count == 1, "the file is being written")
            throw CancellationError()
        }
        request.body = RequestBody(contentLength: whole.count) { try await half.next() }
        await #expect(throws: CancellationError.self) { try await handler(request) }
        #expect(directory.names.isEmpty)
    }

    @Test func `what the knowledge base refuses leaves nothing`() async throws {
        let fixture = try Fixture()
        let transport = try fixture.transport()
        let fields = try await form(transport)
        fixture.knowledge.state.withLock { $0.failure = OutcropFailure(.conflict, code: "too_many_documents", "Full.") }
        let answer = try await transport.send(.post, "/v1/uploads", multipart, body: body(fields, file: content))
        #expect(answer.status == 409)
        #expect(fixture.knowledge.directory.names.isEmpty)
    }

    @Test func `a form may be used until it expires and not a second longer`() async throws {
        let fixture = try Fixture()
        let transport = try fixture.transport()
        let whole = body(try await form(transport), file: content)
        fixture.clock.advance(899)
        #expect(try await transport.send(.post, "/v1/uploads", multipart, body: whole).status == 201)
        fixture.clock.advance(1)
        let late = try await transport.send(.post, "/v1/uploads", multipart, body: whole)
        #expect(late.status == 403)
        #expect(try late.error("code") == "upload_expired")
    }

    @Test func `a form that is not ours takes no place`() async throws {
        var fixture = try Fixture()
        fixture.settings.uploadsMax = 1
        let application = try fixture.application()
        let transport = try Transport(.handler, application)
        let (asked, asking) = AsyncStream<Void>.makeStream()
        let (pieces, sending) = AsyncStream<[UInt8]>.makeStream()
        var request = try Transport.request(.post, "/v1/uploads", multipart)
        request.body = RequestBody(contentLength: nil) {
            asking.finish()
            for await piece in pieces { return piece }
            return nil
        }
        let slow = Task { [request] in try await application.handler()(request).status.code }
        for await _ in asked {}
        let whole = body(try await form(transport), file: content)
        #expect(try await transport.send(.post, "/v1/uploads", multipart, body: whole).status == 201)
        sending.finish()
        #expect(try await slow.value == 400)
    }

    @Test func `so many uploads at once and no more`() async throws {
        var fixture = try Fixture()
        fixture.settings.uploadsMax = 1
        let application = try fixture.application()
        let transport = try Transport(.handler, application)
        let whole = body(try await form(transport), file: content)
        let (asked, asking) = AsyncStream<Void>.makeStream()
        let (pieces, sending) = AsyncStream<[UInt8]>.makeStream()
        var request = try Transport.request(.post, "/v1/uploads", multipart)
        request.body = RequestBody(contentLength: nil) {
            asking.yield()
            for await piece in pieces { return piece }
            return nil
        }
        let slow = Task { [request] in try await application.handler()(request).status.code }
        // Asked for a second piece, it has understood the first: the fields and the file's beginning.
        sending.yield([UInt8](whole.dropLast(40)))
        var askedCount = 0
        for await _ in asked {
            askedCount += 1
            if askedCount == 2 { break }
        }
        let refused = try await transport.send(.post, "/v1/uploads", multipart, body: whole)
        #expect(refused.status == 503)
        #expect(refused.field("retry-after") == "1")
        sending.yield([UInt8](whole.suffix(40)))
        sending.finish()
        #expect(try await slow.value == 201)
    }
}

/// A change of the form's fields and the answer to it.
struct Tampering: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var status = 403
    var code = "upload_forbidden"
    var change: @Sendable (inout [(String, String)], Fixture) -> Void

    private static func policy(_ what: String, _ old: String, _ new: String) -> Tampering {
        Tampering(testDescription: what) { fields, _ in
            let decoded = String(decoding: Data(base64Encoded: fields[2].1) ?? Data(), as: UTF8.self)
            precondition(decoded.contains(old))
            fields[2].1 = Data(decoded.replacingOccurrences(of: old, with: new).utf8).base64EncodedString()
        }
    }

    private static func missing(_ index: Int, _ name: String) -> Tampering {
        Tampering(testDescription: "no \(name)", status: 400, code: "missing_field") { fields, _ in fields.remove(at: index) }
    }

    static let all: [Tampering] = [
        policy("a larger size", "\"max_bytes\":268435456", "\"max_bytes\":999999999"),
        policy("a later expiry", "\"expires\":1790000900", "\"expires\":1890000900"),
        policy("another name", "\"filename\":\"rivers.txt\"", "\"filename\":\"other.txt\""),
        policy("a path as name", "\"filename\":\"rivers.txt\"", "\"filename\":\"../../etc/passwd\""),
        policy("another type", "\"content_type\":\"text/plain\"", "\"content_type\":\"text/html\""),
        policy("other metadata", "\"year\":2024", "\"year\":2025"),
        Tampering(testDescription: "another key") { fields, _ in fields[0].1 = "doc_other" },
        Tampering(testDescription: "another content type") { fields, _ in fields[1].1 = "text/html" },
        Tampering(testDescription: "no policy at all") { fields, _ in fields[2].1 = "" },
        Tampering(testDescription: "a policy that is no base64") { fields, _ in fields[2].1 = "!!" },
        Tampering(testDescription: "the signature cut") { fields, _ in fields[3].1.removeLast() },
        Tampering(testDescription: "the signature in capitals") { fields, _ in fields[3].1 = fields[3].1.uppercased() },
        Tampering(testDescription: "an empty signature") { fields, _ in fields[3].1 = "" },
        Tampering(testDescription: "a link's signature") { fields, fixture in
            fields[3].1 = fixture.settings.signingKey.signature(of: fields[2].1, purpose: .link)
        },
        Tampering(testDescription: "signed, but no policy") { fields, fixture in
            fields[2].1 = "e30="
            fields[3].1 = fixture.settings.signingKey.signature(of: "e30=", purpose: .upload)
        },
        Tampering(testDescription: "a field twice", status: 400, code: "invalid_form") { fields, _ in fields.append(fields[0]) },
        Tampering(testDescription: "a field twice in other case", status: 400, code: "invalid_form") { fields, _ in
            fields.append(("KEY", fields[0].1))
        },
        Tampering(testDescription: "too many fields", status: 400, code: "invalid_form") { fields, _ in
            for number in 0..<20 { fields.append(("x\(number)", "")) }
        },
        Tampering(testDescription: "a field name one byte longer", status: 400, code: "invalid_form") { fields, _ in
            fields.insert((String(repeating: "a", count: UploadForm.fieldNameBytesMax + 1), "x"), at: 0)
        },
        Tampering(testDescription: "a field name of combining marks", status: 400, code: "invalid_form") { fields, _ in
            fields.insert(("a" + String(repeating: "\u{301}\u{323}", count: 2_000), "x"), at: 0)
        },
        Tampering(testDescription: "an endless field", status: 413, code: "field_too_large") { fields, _ in
            fields.append(("x", String(repeating: "a", count: UploadForm.fieldBytesMax + 1)))
        },
        Tampering(testDescription: "fields that are too long together", status: 413, code: "field_too_large") { fields, _ in
            for number in 0..<3 { fields.append(("x\(number)", String(repeating: "a", count: UploadForm.fieldBytesMax - 1))) }
        },
        missing(0, "key"), missing(1, "Content-Type"), missing(2, "policy"), missing(3, "signature"),
    ]
}

/// A change of the form's shape and the answer to it.
struct MisshapenForm: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var status = 400
    var code = ""
    var contentType = MultipartForm.contentType
    var change: @Sendable (inout MultipartForm, [UInt8]) -> Void

    static let all: [MisshapenForm] = [
        MisshapenForm(testDescription: "no file", code: "missing_file") { _, _ in },
        MisshapenForm(testDescription: "a field after the file", code: "file_not_last") { form, content in
            form.file(content)
            form.field("x", "y")
        },
        MisshapenForm(testDescription: "two files", code: "file_not_last") { form, content in
            form.file(content)
            form.file(content)
        },
        MisshapenForm(testDescription: "the file first", code: "missing_field") { form, content in
            form.file(content)
            form.parts.insert(form.parts.removeLast(), at: 0)
        },
        MisshapenForm(testDescription: "a file under another name", code: "invalid_form") { form, content in
            form.file(content, name: "attachment")
        },
        MisshapenForm(testDescription: "no closing boundary") { form, content in
            form.file(content)
            form.isClosed = false
        },
        MisshapenForm(testDescription: "another boundary", contentType: "multipart/form-data; boundary=other") { form, content in
            form.file(content)
        },
        MisshapenForm(testDescription: "no boundary", contentType: "multipart/form-data") { form, content in form.file(content) },
        MisshapenForm(testDescription: "JSON", contentType: "application/json") { form, content in form.file(content) },
        MisshapenForm(testDescription: "nothing at all", code: "missing_file") { form, _ in form.parts = [] },
    ]
}

/// Gives one piece, then calls the closure.
private actor OneThenThrow {
    private var piece: [UInt8]?
    private let then: @Sendable () throws -> Void

    init(_ piece: [UInt8], then: @escaping @Sendable () throws -> Void) {
        self.piece = piece
        self.then = then
    }

    func next() throws -> [UInt8]? {
        defer { piece = nil }
        if piece == nil { try then() }
        return piece
    }
}
