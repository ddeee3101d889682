import HTTPTypes
import Testing

@testable import HTTP

@Suite struct ResponseHeadEncoderTests {
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"

    private static func text(_ encoder: ResponseHeadEncoder) throws -> String {
        String(decoding: try encoder.encode(), as: UTF8.self)
    }

    @Test func `writes status, fields, date and length`() throws {
        let encoder = ResponseHeadEncoder(
            status: .ok, headerFields: [.contentType: "text/plain", .setCookie: "a"], framing: .length(5), keepsAlive: true,
            date: Self.date)
        #expect(
            try Self.text(encoder)
                == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: a\r\ndate: \(Self.date)\r\ncontent-length: 5\r\n\r\n"
        )
    }

    @Test(arguments: [
        (ResponseHeadEncoder.Framing.length(0), true, 1, "content-length: 0\r\n"),
        (.chunked, true, 1, "transfer-encoding: chunked\r\n"),
        (.chunked, false, 1, "transfer-encoding: chunked\r\nconnection: close\r\n"), (.none, false, 1, "connection: close\r\n"),
        (.untilClose, true, 0, "connection: close\r\n"), (.length(1), true, 0, "content-length: 1\r\nconnection: keep-alive\r\n"),
        (.length(1), false, 0, "content-length: 1\r\nconnection: close\r\n"),
    ])
    func `says how the body and the connection end`(
        _ framing: ResponseHeadEncoder.Framing, _ keepsAlive: Bool, _ minorVersion: Int, _ lines: String
    ) throws {
        let encoder = ResponseHeadEncoder(
            status: .notFound, framing: framing, keepsAlive: keepsAlive, requestMinorVersion: minorVersion, date: nil)
        #expect(try Self.text(encoder) == "HTTP/1.1 404 Not Found\r\n\(lines)\r\n")
    }

    @Test(arguments: [HTTPResponse.Status.noContent, .notModified], [ResponseHeadEncoder.Framing.length(5), .chunked, .none])
    func `declares no body where none may be`(_ status: HTTPResponse.Status, _ framing: ResponseHeadEncoder.Framing) throws {
        let text = try Self.text(ResponseHeadEncoder(status: status, framing: framing, keepsAlive: true, date: Self.date))
        #expect(text == "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\ndate: \(Self.date)\r\n\r\n")
    }

    @Test func `a status without a phrase gets the standard one`() throws {
        for (code, phrase) in [
            (400, "Bad Request"), (413, "Content Too Large"), (431, "Request Header Fields Too Large"), (299, ""),
        ] {
            let encoder = ResponseHeadEncoder(status: .init(code: code), framing: .none, keepsAlive: true, date: nil)
            #expect(try Self.text(encoder) == "HTTP/1.1 \(code) \(phrase)\r\n\r\n")
        }
    }

    @Test func `every phrase is that of its code`() {
        let known: [HTTPResponse.Status] = [
            .continue, .ok, .created, .accepted, .noContent, .partialContent, .notModified, .badRequest, .unauthorized,
            .forbidden,
            .notFound, .methodNotAllowed, .requestTimeout, .conflict, .lengthRequired, .contentTooLarge, .uriTooLong,
            .unsupportedMediaType, .rangeNotSatisfiable, .expectationFailed, .tooManyRequests, .requestHeaderFieldsTooLarge,
            .internalServerError, .notImplemented, .serviceUnavailable, .httpVersionNotSupported,
        ]
        for status in known { #expect(ReasonPhrase.standard(for: status.code) == status.reasonPhrase) }
    }

    @Test func `writes an interim answer without fields of its own`() throws {
        let encoder = ResponseHeadEncoder(status: .continue, framing: .length(3), keepsAlive: false, date: Self.date)
        #expect(try Self.text(encoder) == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test func `drops the fields that are its own business`() throws {
        var fields: HTTPFields = [.contentLength: "9", .transferEncoding: "gzip", .connection: "upgrade", .date: "now"]
        fields[HTTPField.Name("Keep-Alive")!] = "timeout=5"
        let encoder = ResponseHeadEncoder(status: .ok, headerFields: fields, framing: .length(1), keepsAlive: true, date: nil)
        #expect(try Self.text(encoder) == "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n")
    }

    @Test func `leaves no line break of a handler's value`() throws {
        let split = "a\r\nSet-Cookie: b\r\n\r\n<html>"
        let encoder = ResponseHeadEncoder(
            status: .init(code: 200, reasonPhrase: "O\r\nK"), headerFields: [.location: split], framing: .none, keepsAlive: true,
            date: nil)
        #expect(try Self.text(encoder) == "HTTP/1.1 200 O  K\r\nLocation: a  Set-Cookie: b    <html>\r\n\r\n")
    }

    @Test(arguments: ["a\rb", "a\nb", "a\0b", "a\u{1B}b", "a\u{7F}"]) func `refuses octets that would break the message`(
        _ value: String
    ) {
        var head: [UInt8] = []
        #expect(throws: ResponseHeadError(field: "x")) { try ResponseHeadEncoder.append("x", value.utf8, to: &head) }
        #expect(throws: ResponseHeadError(field: "date")) {
            try ResponseHeadEncoder(status: .ok, framing: .none, keepsAlive: true, date: value).encode()
        }
        #expect(throws: ResponseHeadError(field: "a field name")) { try ResponseHeadEncoder.append(value, [], to: &head) }
    }

    @Test func `refuses what only a lenient field value may hold`() {
        let field = HTTPField(name: .server, lenientValue: Array("a\u{1B}b".utf8))
        let encoder = ResponseHeadEncoder(
            status: .ok, headerFields: HTTPFields([field]), framing: .none, keepsAlive: true, date: nil)
        #expect(throws: ResponseHeadError(field: "Server")) { try encoder.encode() }
    }

    @Test func `refuses a status of fewer than three digits`() {
        let encoder = ResponseHeadEncoder(status: .init(code: 99), framing: .none, keepsAlive: true, date: nil)
        #expect(throws: ResponseHeadError(field: "status")) { try encoder.encode() }
    }
}
