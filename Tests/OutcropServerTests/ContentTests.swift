import Foundation
import HTTPTypes
import RAG
import Testing

@testable import OutcropServer

@Suite struct ContentTests {
    private let text = Array("0123456789".utf8)

    private func fixture(_ filename: String = "a b.txt", type: String = "text/plain") throws -> (Fixture, String) {
        let fixture = try Fixture()
        let record = try fixture.knowledge.add(filename, text, contentType: type)
        return (fixture, "/v1/documents/\(PercentEncoding.encode(record.id))/content")
    }

    @Test(arguments: Transport.Kind.allCases)
    func `gives the file and says what may be done with it`(kind: Transport.Kind) async throws {
        let (fixture, path) = try fixture()
        let answer = try await fixture.transport(kind).send(.get, path)
        #expect(answer.status == 200)
        #expect(answer.body == text)
        #expect(answer.field("content-type") == "text/plain; charset=utf-8")
        #expect(answer.field("content-disposition") == "inline; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt")
        #expect(answer.field("x-content-type-options") == "nosniff")
        #expect(answer.field("content-security-policy") == "sandbox; default-src 'none'")
        #expect(answer.field("etag") == "\"e7a9\"")
        #expect(answer.field("accept-ranges") == "bytes")
        #expect(answer.field("cache-control") == "private, no-cache")
        if kind == .socket { #expect(answer.field("content-length") == "10") }
    }

    /// RFC 9110 §14.2: a Range is for GET alone.
    @Test(arguments: [[:], [.range: "bytes=2-4"], [.range: "bytes=99-"]] as [HTTPFields])
    func `HEAD tells the length and sends nothing`(fields: HTTPFields) async throws {
        let (fixture, path) = try fixture()
        let answer = try await fixture.transport(.socket).send(.head, path, fields)
        #expect(answer.status == 200 && answer.field("content-length") == "10" && answer.body.isEmpty)
    }

    @Test(arguments: ["bytes=2-4", "bytes=10-"])
    func `HEAD knows no range`(range: String) async throws {
        let (fixture, path) = try fixture()
        let answer = try await fixture.transport(.socket).send(.head, path, [.range: range])
        #expect(answer.status == 200 && answer.field("content-length") == "10")
        #expect(answer.field("content-range") == nil && answer.field("accept-ranges") == "bytes")
    }

    @Test(arguments: [
        ("text/plain", true), ("text/plain; charset=utf-8", true), ("TEXT/plain;Charset=\"UTF-8\"", true),
        ("text/plain; format=flowed", true), ("text/plain; charset=utf-7", false), ("text/plain;charset=latin-1", false),
        ("text/plain; charset=utf-8; charset=utf-7", false), ("text/plain; charset = utf-7", false),
        ("text/plain; charset=\"utf-7", false), ("text/plain; charset", false),
    ])
    func `text in another encoding is not shown in place`(type: String, isInline: Bool) async throws {
        let (fixture, path) = try fixture(type: type)
        let answer = try await fixture.transport().send(.get, path)
        #expect(answer.field("content-disposition")?.hasPrefix(isInline ? "inline;" : "attachment;") == true)
        #expect(answer.field("content-type") == (isInline ? "text/plain; charset=utf-8" : type))
    }

    @Test(arguments: [
        ("x.html", "text/html", "attachment", true), ("x.svg", "image/svg+xml", "attachment", true),
        ("x.pdf", "application/pdf", "inline", false),
        ("x.md", "text/markdown", "attachment", true), ("x.txt", "TEXT/plain;charset=latin-1", "attachment", true),
    ])
    func `nothing runs as a page of this origin`(name: String, type: String, disposition: String, isSandboxed: Bool) async throws
    {
        let (fixture, path) = try fixture(name, type: type)
        let answer = try await fixture.transport().send(.get, path)
        #expect(answer.field("content-type") == type)
        #expect(answer.field("content-disposition")?.hasPrefix(disposition + ";") == true)
        #expect((answer.field("content-security-policy") != nil) == isSandboxed)
        #expect(answer.field("x-content-type-options") == "nosniff")
    }

    @Test(arguments: Transport.Kind.allCases)
    func `gives a part with its place`(kind: Transport.Kind) async throws {
        let (fixture, path) = try fixture()
        let answer = try await fixture.transport(kind).send(.get, path, [.range: "bytes=2-4"])
        #expect(answer.status == 206)
        #expect(answer.text == "234")
        #expect(answer.field("content-range") == "bytes 2-4/10")
    }

    @Test func `a range outside the file is 416`() async throws {
        let (fixture, path) = try fixture()
        let answer = try await fixture.transport().send(.get, path, [.range: "bytes=10-"])
        #expect(answer.status == 416)
        #expect(answer.field("content-range") == "bytes */10")
        #expect(answer.body.isEmpty)
    }

    @Test(arguments: [("\"e7a9\"", 206), ("\"old\"", 200), ("W/\"e7a9\"", 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200)])
    func `a part of another version is not wanted`(ifRange: String, status: Int) async throws {
        let (fixture, path) = try fixture()
        let answer = try await fixture.transport().send(.get, path, [.range: "bytes=0-0", .ifRange: ifRange])
        #expect(answer.status == status)
    }

    @Test(
        arguments: Transport.Kind.allCases,
        [("\"e7a9\"", 304), ("W/\"e7a9\"", 304), ("\"x\", \"e7a9\"", 304), ("*", 304), ("\"x\"", 200)])
    func `what is known already is not sent again`(kind: Transport.Kind, ifNoneMatch: (String, Int)) async throws {
        let (fixture, path) = try fixture()
        let answer = try await fixture.transport(kind).send(.get, path, [.ifNoneMatch: ifNoneMatch.0])
        #expect(answer.status == ifNoneMatch.1)
        #expect(answer.body.isEmpty == (answer.status == 304))
        #expect(answer.field("etag") == "\"e7a9\"")
    }

    @Test func `a file that changed since it was read goes out whole and without a tag`() async throws {
        let (fixture, path) = try fixture()
        _ = try fixture.knowledge.directory.file("a b.txt", text + text)
        let answer = try await fixture.transport().send(.get, path, [.range: "bytes=0-1"])
        #expect(answer.status == 200 && answer.body.count == 20)
        #expect(answer.field("etag") == nil && answer.field("accept-ranges") == nil)
    }

    @Test func `a file larger than one piece arrives complete`() async throws {
        let fixture = try Fixture()
        let large = (0..<(StoredFile.pieceBytes + 17)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let record = try fixture.knowledge.add("large.bin", large, contentType: "application/octet-stream")
        for kind in Transport.Kind.allCases {
            let answer = try await fixture.transport(kind).send(.get, "/v1/documents/\(record.id)/content")
            #expect(answer.body == large && !answer.isCut)
        }
    }

    @Test func `a file that shrinks while it is sent cuts the connection`() async throws {
        let fixture = try Fixture()
        let record = try fixture.knowledge.add(
            "large.bin", Array(repeating: 1, count: 2 * StoredFile.pieceBytes), contentType: "x/y")
        let path = "\(fixture.knowledge.directory.path)/large.bin"
        let response = try await fixture.application().handler()(
            Transport.request(.get, "/v1/documents/\(record.id)/content", [:]))
        guard case .stream(let length?, let write) = response.body else { throw OutcropFailure(.internal, "no stream") }
        #expect(length == 2 * StoredFile.pieceBytes)
        truncate(path, 10)
        await #expect(throws: OutcropFailure.self) { try await write(CollectingWriter()) }
    }

    @Test func `a document without its file, a folder and a pipe in its place are not found`() async throws {
        let (fixture, path) = try fixture()
        let transport = try fixture.transport()
        let file = "\(fixture.knowledge.directory.path)/a b.txt"
        try FileManager.default.removeItem(atPath: file)
        #expect(try await transport.send(.get, path).status == 404)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        #expect(try await transport.send(.get, path).status == 404)
        try FileManager.default.removeItem(atPath: file)
        #expect(mkfifo(file, 0o600) == 0)
        #expect(try await transport.send(.get, path).status == 404)
    }
}

@Suite struct SignedLinkTests {
    private func signed() throws -> (fixture: Fixture, link: String) {
        var fixture = try Fixture()
        fixture.settings.apiKeys = ["k"]
        let record = try fixture.knowledge.add("a.pdf", [1, 2, 3], contentType: "application/pdf")
        let signer = LinkSigner(settings: fixture.settings, unixSeconds: fixture.clock.surroundings.unixSeconds)
        let citation = Citation(
            number: 1, documentID: record.id, filename: "a.pdf", page: 3, excerpt: "", range: 0..<0, score: 1, markers: [])
        return (fixture, signer.link(for: citation))
    }

    /// The link as a client sends it: without its fragment.
    private func target(_ link: String) -> String { String(link.prefix { $0 != "#" }) }

    @Test(arguments: Transport.Kind.allCases)
    func `a link opens its document without a key and names the page`(kind: Transport.Kind) async throws {
        let (fixture, link) = try signed()
        #expect(link.hasSuffix("#page=3"))
        let answer = try await fixture.transport(kind).send(.get, target(link))
        #expect(answer.status == 200 && answer.body == [1, 2, 3])
    }

    @Test func `with a public URL the link begins with it, and unusual ids are escaped`() throws {
        var fixture = try Fixture()
        fixture.settings.publicURL = "https://d.example.com"
        let signer = LinkSigner(settings: fixture.settings, unixSeconds: fixture.clock.surroundings.unixSeconds)
        let link = signer.link(
            for: Citation(
                number: 1, documentID: "a/b?c", filename: "", page: nil, excerpt: "", range: 0..<0, score: 1, markers: []))
        #expect(link.hasPrefix("https://d.example.com/v1/documents/a%2Fb%3Fc/content?expires=1790003600&signature="))
    }

    @Test func `works for an hour and no longer`() async throws {
        let (fixture, link) = try signed()
        let transport = try fixture.transport()
        fixture.clock.advance(3_599)
        #expect(try await transport.send(.get, target(link)).status == 200)
        fixture.clock.advance(1)
        let late = try await transport.send(.get, target(link))
        #expect(late.status == 403)
        #expect(try late.error("code") == "link_expired")
    }

    @Test(arguments: [
        ("1790003600", "1890003600"), ("expires=1790003600", "expires="), ("expires=", "x="), ("doc_a.pdf", "doc_b.pdf"),
        ("signature=", "signature=0"),
        ("signature=", "signature=ff"), ("expires=1790003600", "expires=+1790003600"),
        ("expires=1790003600", "expires=1790003600%20"), ("expires=1790003600", "expires=%2B1790003600"),
        ("expires=1790003600", "expires=01790003600"), ("expires=1790003600", "expires=-1790003600"),
        ("expires=1790003600", "expires=%D9%A11790003600"), ("expires=1790003600", "expires=99999999999999999999"),
    ])
    func `a changed link is refused`(old: String, new: String) async throws {
        let (fixture, link) = try signed()
        _ = try fixture.knowledge.add("b.pdf", [9], contentType: "application/pdf")
        #expect(link.contains(old))
        let answer = try await fixture.transport().send(.get, target(link).replacingOccurrences(of: old, with: new))
        #expect(answer.status == 403)
        #expect(try answer.error("code") == "invalid_signature")
    }

    @Test func `a bad signature is refused even with a key, and a good one opens nothing else`() async throws {
        let (fixture, link) = try signed()
        let transport = try fixture.transport()
        let path = String(link.prefix { $0 != "?" })
        let query = target(link).dropFirst(path.count)
        #expect(try await transport.send(.get, path + "?signature=00", [.authorization: "Bearer k"]).status == 403)
        #expect(try await transport.send(.get, "/v1/documents/doc_a.pdf\(query)").status == 401)
        #expect(try await transport.send(.delete, "/v1/documents/doc_a.pdf\(query)").status == 401)
        #expect(try await transport.send(.get, path, [.authorization: "Bearer k"]).status == 200)
        #expect(try await transport.send(.get, path).status == 401)
    }
}
