import Foundation
import HTTPClient
import Synchronization
import Testing

/// What concerns the whole process has a process of its own.
struct ProcessTests {
    @Test func `nothing is left of thousands of requests`() async {
        await #expect(processExitsWith: .success) {
            let closed = Counter()
            let server = ScriptedServer { peer, _ in
                while let request = peer.readRequest() {
                    if request.head.hasPrefix("GET /whole") {
                        peer.write(ok)
                    } else if request.head.hasPrefix("GET /truncated") {
                        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")
                        return
                    } else if request.head.hasPrefix("GET /stuck") {
                        if peer.waitForClose() { _ = closed.next() }
                        return
                    } else {
                        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")
                        if peer.waitForClose() { _ = closed.next() }
                        return
                    }
                }
            }
            // What libcurl and the runtime keep for good is here before counting begins.
            try await Self.oneClient(server, rounds: 1)
            let before = Self.descriptors()
            for _ in 0..<3 { try await Self.oneClient(server, rounds: 200) }
            // The server's threads close their ends when ours are closed.
            let patience = ContinuousClock.now + .seconds(30)
            while Self.descriptors() > before { precondition(ContinuousClock.now < patience, "descriptors are left open") }
            server.stop()
        }
    }

    /// Whole, failed, refused, cancelled and dropped transfers, five times `rounds`, then a shutdown.
    private static func oneClient(_ server: ScriptedServer, rounds: Int) async throws {
        let client = CurlClient()
        let refusing = "http://127.0.0.1:\(ScriptedServer.refusingPort())/"
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<rounds / 8 + 1 {
                        let text = try await client.text(server.url + "whole")
                        precondition(text == "hello")
                        let truncated = await client.failure(ClientRequest(url: server.url + "truncated"))
                        precondition(truncated?.code == .truncated)
                        let refused = await client.failure(ClientRequest(url: refusing))
                        precondition(refused?.code == .connect)
                        let stuck = Task { try await client.text(server.url + "stuck") }
                        await Task.yield()
                        stuck.cancel()
                        _ = await stuck.result
                        _ = try await client.send(ClientRequest(url: server.url + "dropped"))
                    }
                }
            }
            try await group.waitForAll()
        }
        await client.shutdown()
        precondition(client.hasNothingLeft)
        precondition(Self.curlThreads() == 0)
    }

    private static func descriptors() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? .max
    }

    private static func curlThreads() -> Int {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.count { (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)) == "outcrop-curl\n" }
    }

    @Test func `a thousand streams have one thread`() async {
        await #expect(processExitsWith: .success) {
            let everyone = Gate()
            let server = ScriptedServer { peer, _ in
                guard peer.readRequest() != nil else { return }
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
                everyone.waitBlocking()
                peer.write("hello")
            }
            let client = CurlClient()
            var responses: [ClientResponse] = []
            for _ in 0..<1_000 { responses.append(try await client.send(ClientRequest(url: server.url))) }
            precondition(Self.curlThreads() == 1)
            everyone.open()
            for response in responses {
                let body = try await response.body.collect(bytesMax: 5)
                precondition(body == Array("hello".utf8))
            }
        }
    }

    @Test func `a proxy of the environment is used`() async {
        await #expect(processExitsWith: .success) {
            let seen = Mutex<[String]>([])
            let proxy = ScriptedServer { peer, _ in
                while let request = peer.readRequest() {
                    seen.withLock { $0.append(request.head.components(separatedBy: "\r\n")[0]) }
                    peer.write(request.head.hasPrefix("CONNECT") ? "HTTP/1.1 407 Authenticate\r\nX: secret\r\n\r\n" : ok)
                }
            }
            setenv("http_proxy", "http://user:secret@127.0.0.1:\(proxy.port)", 1)
            setenv("https_proxy", "http://user:secret@127.0.0.1:\(proxy.port)", 1)
            setenv("no_proxy", "127.0.0.1", 1)
            let client = CurlClient()
            let proxied = try await client.text("http://name.invalid/a/../b?c")
            precondition(proxied == "hello")
            let refused = await client.failure(ClientRequest(url: "https://name.invalid/"))
            precondition(refused?.code == .proxy && refused?.phase == .connect && refused?.isBeforeSending == true)
            precondition(refused?.message.contains("secret") == false)
            precondition(
                seen.withLock { $0 } == ["GET http://name.invalid/a/../b?c HTTP/1.1", "CONNECT name.invalid:443 HTTP/1.1"])
            let direct = ScriptedServer(answering(ok))
            let text = try await client.text(direct.url)
            precondition(text == "hello" && direct.connectionCount == 1)
        }
    }

    @Test func `a request that wants no proxy has none, whatever the environment says`() async {
        await #expect(processExitsWith: .success) {
            let seen = Mutex<[String]>([])
            let noting = { @Sendable (name: String) in
                { @Sendable (peer: Peer, _: Int) in
                    while peer.readRequest() != nil {
                        seen.withLock { $0.append(name) }
                        peer.write(ok)
                    }
                }
            }
            let (proxy, direct) = (ScriptedServer(noting("proxy")), ScriptedServer(noting("direct")))
            for name in ["http_proxy", "https_proxy", "all_proxy"] { setenv(name, "http://127.0.0.1:\(proxy.port)", 1) }
            setenv("no_proxy", "other.example", 1)
            let client = CurlClient()
            // Each way twice: neither a reused handle nor a kept connection may remember the other.
            for usesProxy in [true, false, true, false] {
                let failure = await client.failure(ClientRequest(url: direct.url, usesProxy: usesProxy))
                precondition(failure == nil)
            }
            precondition(seen.withLock { $0 } == ["proxy", "direct", "proxy", "direct"])
        }
    }

    @Test func `deadlines do not fire for time in which the process was frozen`() async {
        await #expect(processExitsWith: .success) {
            let (requestRead, thawed) = (Gate(), Gate())
            let server = ScriptedServer { peer, _ in
                guard peer.readRequest() != nil else { return }
                requestRead.open()
                thawed.waitBlocking()
                peer.write(ok)
            }
            let client = CurlClient()
            let url = server.url
            let deadlines = Deadlines(firstByte: .seconds(3), total: .seconds(4))
            let request = ClientRequest(url: url, deadlines: deadlines)
            let answer = Task { await client.failure(request) }
            // curl's own clock runs on, so curl gives this connection up; the client begins again in the time that is left.
            let silent = ScriptedServer { peer, _ in _ = peer.waitForClose() }
            let connecting = ClientRequest(
                url: "https://127.0.0.1:\(silent.port)/", deadlines: Deadlines(connect: .seconds(3)))
            let connection = Task { await client.failure(connecting) }
            await requestRead.wait()
            while silent.connectionCount == 0 { await Task.yield() }
            let thaw = Process()
            thaw.executableURL = URL(fileURLWithPath: "/bin/sh")
            thaw.arguments = ["-c", "sleep 5; kill -CONT \(getpid())"]
            try thaw.run()
            kill(getpid(), SIGSTOP)
            // The thread gets a turn before the answer does: a deadline that counts the freeze would fire now.
            let other = ScriptedServer { peer, _ in _ = peer.waitForClose() }
            let turn = await client.failure(ClientRequest(url: other.url, deadlines: Deadlines(total: .milliseconds(50))))
            precondition(turn?.code == .totalTimeout)
            thawed.open()
            let failure = await answer.value
            precondition(failure == nil)
            let connectionFailure = await connection.value
            precondition(connectionFailure?.code == .connectTimeout && silent.connectionCount == 2)
        }
    }
}
