import Foundation
import HTTP
import HTTPTypes
import RAG
import Synchronization
import Testing

@testable import OutcropServer

@Suite struct ChatCancellationTests {
    private static let question = #""model":"outcrop-extractive","messages":[{"role":"user","content":"Do rivers flow?"}]"#
    private static let path = "/v1/chat/completions"

    @Test func `a client that goes cancels the answer and frees its place`() async throws {
        var fixture = try Fixture()
        fixture.settings.answersMax = 1
        let ended = AsyncStream<Void>.makeStream()
        fixture.answer = { _, _ in
            AsyncThrowingStream { stream in
                stream.yield(.text("a"))
                stream.onTermination = { _ in ended.continuation.finish() }
            }
        }
        let application = try fixture.application()
        let body = [Array("{\(Self.question),\"stream\":true}".utf8)]
        let response = try await application.handler()(Transport.request(.post, Self.path, [:], pieces: body))
        let busy = try await Transport(.handler, application).post(Self.path, "{\(Self.question)}")
        #expect(busy.status == 503)
        #expect(busy.field("retry-after") == "1")
        #expect(try busy.error("code") == "overloaded")

        guard case .stream(_, let write) = response.body else { throw OutcropFailure(.internal, "no stream") }
        await #expect(throws: GonePeer.self) { try await write(GonePeer()) }
        for await _ in ended.stream {}
        let next = try await application.handler()(Transport.request(.post, Self.path, [:], pieces: body))
        #expect(next.status == .ok)
    }

    @Test func `a client that goes before the first word cancels the answer though it is still awaited`() async throws {
        var fixture = try Fixture()
        let ended = AsyncStream<Void>.makeStream()
        fixture.answer = { _, _ in
            AsyncThrowingStream {
                for await _ in AsyncStream<Void>.makeStream().stream {}
                ended.continuation.finish()
                return nil
            }
        }
        let clock = fixture.clock
        let ticking = Task {
            while !Task.isCancelled {
                clock.pass(15)
                await Task.yield()
            }
        }
        let response = try await fixture.application().handler()(
            Transport.request(.post, Self.path, [:], pieces: [Array("{\(Self.question),\"stream\":true}".utf8)]))
        ticking.cancel()
        guard case .stream(_, let write) = response.body else { throw OutcropFailure(.internal, "no stream") }
        await #expect(throws: GonePeer.self) { try await write(GonePeer()) }
        for await _ in ended.stream {}
        #expect(fixture.logged.answers.count == 1)
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func `a client that closes its connection cancels the answer`(isStreaming: Bool) async throws {
        var fixture = try Fixture()
        let started = AsyncStream<Void>.makeStream()
        let ended = AsyncStream<Void>.makeStream()
        fixture.answer = { _, _ in
            AsyncThrowingStream { stream in
                stream.yield(.text("Rivers "))
                stream.onTermination = { _ in ended.continuation.finish() }
                started.continuation.finish()
            }
        }
        let transport = try fixture.transport(.socket)
        let body = "{\(Self.question),\"stream\":\(isStreaming)}"
        let request = "POST \(Self.path) HTTP/1.1\r\nhost: localhost\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        let client = SocketClient(port: try #require(transport.live).port)
        let leaving = DispatchSemaphore(value: 0)
        async let left = client.exchange(Array(request.utf8), leaving: leaving)
        for await _ in started.stream {}
        leaving.signal()
        for await _ in ended.stream {}
        _ = try await left
    }

    /// As `printf … | nc -N` does.
    @Test(arguments: [true, false])
    func `a client that has closed its sending side gets its answer`(isStreaming: Bool) async throws {
        var fixture = try Fixture()
        fixture.settings.httpLimits.halfClosedSeconds = 3_600
        let transport = try fixture.transport(.socket)
        let body = "{\(Self.question),\"stream\":\(isStreaming)}"
        let request = "POST \(Self.path) HTTP/1.1\r\nhost: localhost\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        let client = SocketClient(port: try #require(transport.live).port)
        let answer = try Answer(received: try await client.exchange(Array(request.utf8), halfCloses: true))
        #expect(answer.status == 200 && !answer.isCut)
        #expect(answer.text.contains("Rivers") && answer.text.hasSuffix("[DONE]\n\n") == isStreaming)
    }

    @Test func `a hundred streams at once all come to their end`() async throws {
        var fixture = try Fixture()
        fixture.settings.answersMax = 100
        let transport = try fixture.transport(.socket)
        let body = "{\(Self.question),\"stream\":true}"
        for _ in 0..<2 {
            let ends = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        let answer = try await transport.post(Self.path, body)
                        return answer.status == 200 && answer.text.hasSuffix("data: [DONE]\n\n") && !answer.isCut
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(ends.count == 100 && ends.allSatisfy { $0 }, "every place is free again for the second round")
        }
    }

    @Test func `a response nobody reads frees its place`() async throws {
        var fixture = try Fixture()
        fixture.settings.answersMax = 1
        fixture.answer = { _, _ in AsyncThrowingStream { $0.yield(.text("a")) } }
        let handler = try fixture.application().handler()
        for _ in 0..<3 {
            let request = try Transport.request(.post, Self.path, [:], pieces: [Array("{\(Self.question),\"stream\":true}".utf8)])
            #expect(try await handler(request).status == .ok)
        }
    }

    /// Asks again as soon as it has read the end, of an answer or of a failed one.
    private final class EagerReader: ResponseWriter {
        private let ask: @Sendable () async throws -> HTTPResponse.Status
        private let seen = Mutex<[HTTPResponse.Status]>([])
        var statuses: [HTTPResponse.Status] { seen.withLock { $0 } }

        init(_ ask: @escaping @Sendable () async throws -> HTTPResponse.Status) { self.ask = ask }

        func write(_ bytes: [UInt8]) async throws {
            let text = String(decoding: bytes, as: UTF8.self)
            guard text.contains("[DONE]") || text.contains(#""error""#) else { return }
            let status = try await ask()
            seen.withLock { $0.append(status) }
        }
    }

    @Test(arguments: [true, false])
    func `who has read the end of a stream finds its place free`(fails: Bool) async throws {
        var fixture = try Fixture()
        fixture.settings.answersMax = 1
        if fails {
            fixture.answer = { _, _ in
                Fixture.events(Array(Fixture.cited.prefix(3)), then: OutcropFailure(.badGateway, "Nonsense."))
            }
        }
        let handler = try fixture.application().handler()
        let ask: @Sendable () async throws -> ServerResponse = {
            try await handler(
                try Transport.request(.post, Self.path, [:], pieces: [Array("{\(Self.question),\"stream\":true}".utf8)]))
        }
        guard case .stream(_, let write) = try await ask().body else { throw OutcropFailure(.internal, "no stream") }
        let reader = EagerReader { try await ask().status }
        do { try await write(reader) } catch is ResponseCut {}
        #expect(reader.statuses == [.ok])
    }

    @Test func `cancelling a waiting request cancels its answer`() async throws {
        var fixture = try Fixture()
        let started = AsyncStream<Void>.makeStream()
        let ended = AsyncStream<Void>.makeStream()
        fixture.answer = { _, _ in
            started.continuation.finish()
            return AsyncThrowingStream { stream in stream.onTermination = { _ in ended.continuation.finish() } }
        }
        let handler = try fixture.application().handler()
        for isStreaming in [false] {
            let request = try Transport.request(
                .post, Self.path, [:], pieces: [Array("{\(Self.question),\"stream\":\(isStreaming)}".utf8)])
            let task = Task { try await handler(request) }
            for await _ in started.stream {}
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            for await _ in ended.stream {}
        }
    }
}
