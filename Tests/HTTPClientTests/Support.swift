import Testing

@testable import HTTPClient

/// Runs `body` with a client and a server that follows `script`, then shuts both down and checks that the client has nothing left.
func withServer(
    _ configuration: CurlClient.Configuration = CurlClient.Configuration(),
    script: @escaping @Sendable (Peer, Int) -> Void,
    _ body: (CurlClient, ScriptedServer) async throws -> Void
) async throws {
    let server = ScriptedServer(script)
    defer { server.stop() }
    let client = CurlClient(configuration)
    do {
        try await body(client, server)
    } catch {
        await client.shutdown()
        throw error
    }
    await client.shutdown()
    #expect(client.hasNothingLeft)
}

/// Answers every request of a connection with `response`.
func answering(_ response: String) -> @Sendable (Peer, Int) -> Void {
    { peer, _ in
        while peer.readRequest() != nil { peer.write(response) }
    }
}

/// Answers one request with `response` and closes.
func answeringOnce(_ response: String) -> @Sendable (Peer, Int) -> Void {
    { peer, _ in
        guard peer.readRequest() != nil else { return }
        peer.write(response)
    }
}

let ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

extension CurlClient {
    /// Neither transfers nor easy handles, as it must be after a shutdown.
    var hasNothingLeft: Bool {
        engine.transferCount.load(ordering: .relaxed) == 0 && engine.handleCount.load(ordering: .relaxed) == 0
    }

    func text(_ url: String) async throws -> String {
        let response = try await send(ClientRequest(url: url))
        return String(decoding: try await response.body.collect(bytesMax: 1 << 20), as: UTF8.self)
    }

    /// The error of the request or of its body; nil when all went well.
    func failure(_ request: ClientRequest) async -> HTTPClientError? {
        do {
            _ = try await send(request).body.collect(bytesMax: 1 << 30)
            return nil
        } catch {
            return error as? HTTPClientError
        }
    }
}
