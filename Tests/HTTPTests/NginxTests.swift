import Foundation
import HTTPTypes
import Testing

@testable import HTTP

/// nginx as a reverse proxy in front of this server: whatever it forwards must be taken, but for the rows named here.
@Suite(.enabled(if: NginxProcess.isInstalled, "nginx is not installed: apt-get install nginx-light"))
struct NginxTests {
    /// nginx forwards these although the grammar forbids them; this server refuses them whoever sends them.
    private static let stricter: Set<String> = [
        // RFC 9112 §3.2 with RFC 3986 §3: a request target holds neither a fragment nor octets beyond ASCII.
        "a fragment", "octets that are not UTF-8",
        // RFC 9110 §5.5: control characters in a field value.
        "an escape in a value", "a vertical tab in a value", "a DEL in a value",
    ]

    @Test func `takes every row of the table that nginx forwards`() async throws {
        let forwarded = Collected<String>()
        try await withServer(
            { $0.onAccess = { record in record.status.map { forwarded.append("\($0)") } } },
            handler: { request in .text(String(decoding: try await request.body.collect(bytesMax: 32_000_000), as: UTF8.self)) },
            client: { port in
                let nginx = try NginxProcess(upstreamPort: port)
                defer { nginx.stop() }
                for row in HostileInputs.all where row.verdict != .incomplete { try Self.check(row, nginx.port) }
            })
        // Most of the table is refused by both; what nginx lets through must be a fair part, or this test tests nothing.
        #expect(forwarded.all.filter { $0 == "200" }.count > 20)
    }

    /// Only this server's error answers are JSON.
    private static func check(_ row: HostileInput, _ port: Int) throws {
        let client = try RawClient(port: port)
        // nginx closes in the middle of what it refuses, so both directions may fail.
        try? client.send(row.bytes)
        guard let response = try? client.readResponse(toHead: row.bytes.starts(with: "HEAD ".utf8)) else { return }
        let isOurs = response.fields["content-type"] == "application/json"
        #expect(
            (isOurs && response.status == 400) == stricter.contains(row.name), "\(row.name): \(response.status) \(response.text)")
    }
}

/// A single nginx worker in a folder of its own.
private final class NginxProcess {
    static let executable = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
    static var isInstalled: Bool { executable != nil }
    private static let startTriesMax = 2_000

    let port: Int
    private let process = Process()
    private let folder: URL

    init(upstreamPort: Int) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "nginx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        port = try liveServer(handler: { _ in .text("") }).port
        let file = folder.appending(path: "nginx.conf")
        try Self.configuration(port: port, upstreamPort: upstreamPort).write(to: file, atomically: true, encoding: .utf8)
        process.executableURL = URL(filePath: Self.executable ?? "")
        process.arguments = ["-p", folder.path(), "-c", file.path(), "-e", folder.appending(path: "error.log").path()]
        try process.run()
        try waitUntilListening()
    }

    private func waitUntilListening() throws {
        for _ in 0..<Self.startTriesMax {
            if (try? RawClient(port: port)) != nil { return }
            guard process.isRunning else { throw RawClient.Failure.malformed("nginx ended at its start") }
            usleep(10_000)
        }
        throw RawClient.Failure.timedOut(received: "nginx does not listen")
    }

    func stop() {
        // Not SIGTERM: a child started from a Dispatch thread inherits its mask, which blocks it.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func configuration(port: Int, upstreamPort: Int) -> String {
        """
        daemon off;
        master_process off;
        worker_processes 1;
        pid nginx.pid;
        error_log error.log;
        events { worker_connections 256; }
        http {
            access_log off;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            client_max_body_size 0;
            client_header_timeout 1s;
            client_body_timeout 1s;
            large_client_header_buffers 8 128k;
            server {
                listen 127.0.0.1:\(port);
                location / {
                    proxy_pass http://127.0.0.1:\(upstreamPort);
                    proxy_http_version 1.1;
                    proxy_request_buffering off;
                    proxy_set_header Connection "";
                }
            }
        }
        """
    }
}
