import HTTPTypes
import Testing

@testable import HTTP

/// The table of the parsers over a real socket: every row gets its status, or its answer.
@Suite struct ServerHostileInputTests {
    @Test func `answers every row of the table`() async throws {
        try await withServer(
            handler: { request in
                ServerResponse(
                    status: .ok, headerFields: [.contentType: "text/plain"],
                    body: .bytes(try await request.body.collect(bytesMax: 32_000_000)))
            },
            client: { port in
                for row in HostileInputs.all { try Self.check(row, port) }
            })
    }

    private static func check(_ row: HostileInput, _ port: Int) throws {
        let client = try RawClient(port: port)
        try client.send(row.bytes)
        if row.verdict == .incomplete { client.finishWriting() }
        switch row.verdict {
        case .accepted(let body, _):
            let response = try final(client, row)
            let isServerWide = row.bytes.starts(with: "OPTIONS * ".utf8)
            #expect(response.status == (isServerWide ? 204 : 200), "\(row.name)")
            if !isHead(row) { #expect(response.text == body, "\(row.name)") }
        case .refused(let status):
            let response = try final(client, row)
            #expect(response.status == status, "\(row.name)")
            #expect(response.fields["connection"] == "close", "\(row.name)")
            #expect(response.fields["content-type"] == "application/json", "\(row.name)")
            #expect(try client.isClosedByServer(), "\(row.name)")
        case .incomplete where row.bytes.isEmpty:
            #expect(try client.receive().isEmpty, "\(row.name)")
        case .incomplete:
            #expect(try final(client, row).status == 400, "\(row.name)")
        }
    }

    private static func isHead(_ row: HostileInput) -> Bool { row.bytes.starts(with: "HEAD ".utf8) }

    private static func final(_ client: RawClient, _ row: HostileInput) throws -> RawClient.Response {
        while true {
            do {
                let response = try client.readResponse(toHead: isHead(row))
                if response.status >= 200 { return response }
            } catch {
                Issue.record("\(row.name): \(error)")
                throw error
            }
        }
    }
}
