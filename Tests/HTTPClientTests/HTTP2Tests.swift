import Foundation
import Testing

@testable import HTTPClient

/// Against nghttpd (Debian's nghttp2-server), as a server of our own would share our misunderstandings.
struct HTTP2Tests {
    private static let program = "/usr/bin/env"
    private static let isInstalled = ["/usr/bin/nghttpd", "/usr/sbin/nghttpd"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Transfers that share a connection leave their handles in another state than those of HTTP/1.1 do.
    @Test(.enabled(if: isInstalled, "nghttpd is not installed"))
    func `handles are used again after transfers that shared a connection`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("h2-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let content = [UInt8](repeating: 7, count: 100_000)
        try Data(content).write(to: folder.appendingPathComponent("file"))
        let (certificate, key) = (folder.appendingPathComponent("c.pem").path, folder.appendingPathComponent("k.pem").path)
        try TLSServer.makeCertificate(certificate, key)
        let port = ScriptedServer.refusingPort()
        let server = Process()
        server.executableURL = URL(fileURLWithPath: Self.program)
        server.arguments = ["nghttpd", "-d", folder.path, "\(port)", key, certificate]
        server.environment = ["PATH": "/usr/bin:/usr/sbin"]
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.run()
        // nghttpd ignores SIGTERM.
        defer { kill(server.processIdentifier, SIGKILL) }

        var configuration = CurlClient.Configuration()
        configuration.certificateAuthorities = certificate
        let client = CurlClient(configuration)
        let request = ClientRequest(url: "https://localhost:\(port)/file", allowsHTTP2: true)
        try await waitUntilListening(client, request)
        let socketsBefore = client.engine.socketCount.load(ordering: .relaxed)
        try await withThrowingTaskGroup { group in
            for _ in 0..<16 {
                group.addTask {
                    for _ in 0..<20 {
                        let body = try await client.send(request).body.collect(bytesMax: content.count)
                        #expect(body == content)
                        _ = try await client.send(request)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(client.engine.socketCount.load(ordering: .relaxed) - socketsBefore < 100, "streams share connections")
        await client.shutdown()
        #expect(client.hasNothingLeft)
    }

    private func waitUntilListening(_ client: CurlClient, _ request: ClientRequest) async throws {
        let patience = ContinuousClock.now + .seconds(30)
        while let failure = await client.failure(request) {
            guard failure.code == .connect, ContinuousClock.now < patience else { throw failure }
        }
    }
}
