import Foundation
import HTTP
import HTTPTypes
import Synchronization
import Testing

@testable import OutcropServer

/// Sends a request to the API: to its handler, or through a server and a socket.
struct Transport: Sendable {
    enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case handler, socket
        var testDescription: String { rawValue }
    }

    private let handler: Handler
    let live: LiveServer?

    init(_ kind: Kind, _ application: Application) throws {
        handler = application.handler()
        live = kind == .socket ? try LiveServer(application) : nil
    }

    func send(
        _ method: HTTPRequest.Method = .get, _ path: String, _ fields: HTTPFields = [:], body: [UInt8] = []
    ) async throws -> Answer {
        if let live { return try await SocketClient(port: live.port).send(method, path, fields, body: body) }
        return try await handlerAnswer(method, path, fields, pieces: body.isEmpty ? [] : [body])
    }

    func post(_ path: String, _ json: String, _ fields: HTTPFields = [:]) async throws -> Answer {
        try await send(.post, path, fields, body: Array(json.utf8))
    }

    /// The handler's own answer; the body comes in these pieces.
    func handlerAnswer(
        _ method: HTTPRequest.Method, _ path: String, _ fields: HTTPFields, pieces: [[UInt8]]
    ) async throws -> Answer {
        let response = try await handler(try Self.request(method, path, fields, pieces: pieces))
        let writer = CollectingWriter()
        switch response.body {
        case .empty: break
        case .bytes(let bytes): try await writer.write(bytes)
        case .stream(_, let write):
            do { try await write(writer) } catch { return Answer(response, writer.bytes, isCut: true) }
        }
        return Answer(response, writer.bytes, isCut: false)
    }

    static func request(
        _ method: HTTPRequest.Method, _ path: String, _ fields: HTTPFields, pieces: [[UInt8]] = []
    ) throws -> ServerRequest {
        let source = Mutex(pieces[...])
        return ServerRequest(
            head: HTTPRequest(method: method, scheme: "http", authority: "localhost:8080", path: path, headerFields: fields),
            id: "req-1",
            peer: PeerAddress(host: "127.0.0.1", port: 5_000, isLoopback: true), target: try RequestTarget(path),
            body: RequestBody(contentLength: nil) { source.withLock { $0.popFirst() } })
    }
}

/// What came back.
struct Answer: Sendable {
    var status: Int
    var fields: HTTPFields
    var body: [UInt8]
    /// The connection was cut before the body's end.
    var isCut: Bool

    init(status: Int, fields: HTTPFields, body: [UInt8], isCut: Bool) {
        self.status = status
        self.fields = fields
        self.body = body
        self.isCut = isCut
    }

    init(_ response: ServerResponse, _ body: [UInt8], isCut: Bool) {
        self.init(status: response.status.code, fields: response.headerFields, body: body, isCut: isCut)
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }

    func json() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
    }

    /// A member of `error`, empty for null or none.
    func error(_ member: String) throws -> String { (try json()["error"] as? [String: Any])?[member] as? String ?? "" }
}

/// Keeps what a stream writes, one element a write.
final class CollectingWriter: ResponseWriter {
    private let written = Mutex<[[UInt8]]>([])
    var writes: [[UInt8]] { written.withLock { $0 } }
    var bytes: [UInt8] { writes.flatMap { $0 } }
    private let onWrite: @Sendable (String) -> Void

    /// `onWrite` gets each piece as text.
    init(onWrite: @escaping @Sendable (String) -> Void = { _ in }) { self.onWrite = onWrite }

    func write(_ bytes: [UInt8]) async throws {
        written.withLock { $0.append(bytes) }
        onWrite(String(decoding: bytes, as: UTF8.self))
    }
}

/// A writer that cannot write.
struct FailingWriter: ResponseWriter {
    let error: any Error
    func write(_ bytes: [UInt8]) async throws { throw error }
}

/// A peer that has gone.
struct GonePeer: ResponseWriter, Error {
    func write(_ bytes: [UInt8]) async throws { throw self }
}

/// A server on a free port, ended with its last reference.
final class LiveServer: Sendable {
    private let server: Server
    private let running: Task<Void, any Error>
    var port: Int { server.port }

    init(_ application: Application) throws {
        server = try application.makeServer()
        running = Task { [server] in try await server.run() }
    }

    deinit { server.shutdown() }
}
