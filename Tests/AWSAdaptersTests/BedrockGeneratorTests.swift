import AWS
import Foundation
import HTTPClient
import RAG
import Testing

@testable import AWSAdapters

struct BedrockGeneratorTests {
    private let usage = Usage(promptTokens: 10, completionTokens: 3)

    @Test func `gives the text of each batch as one event and then the end`() async throws {
        let model = ScriptedConverse(batches: [
            [.messageStart(role: "assistant")],
            [.textDelta(index: 0, "Two"), .textDelta(index: 0, ""), .textDelta(index: 0, " years")],
            [.textDelta(index: 0, ".")] + goodEnd,
        ])
        let events = try await model.generator().events()
        #expect(events == [.text(TextPieces(["Two", " years"])), .text("."), .finished(.stop, usage)])
    }

    @Test func `counts what the prompt cache read and wrote as prompt tokens`() async throws {
        let counts = TokenUsage(
            inputTokens: 7, outputTokens: 5, totalTokens: 12, cacheReadInputTokens: 100, cacheWriteInputTokens: 20)
        let model = ScriptedConverse(batches: [[.textDelta(index: 0, "a")], [.messageStop(.endTurn)], [.metadata(counts)]])
        let usage = Usage(promptTokens: 127, completionTokens: 5, cachedTokens: 100)
        #expect(try await model.generator().events().last == .finished(.stop, usage))
    }

    @Test func `survives token counts that nobody can have`() async throws {
        let counts = TokenUsage(
            inputTokens: .max, outputTokens: -5, totalTokens: .min, cacheReadInputTokens: .max, cacheWriteInputTokens: .max)
        let model = ScriptedConverse(batches: [[.textDelta(index: 0, "a"), .messageStop(.endTurn), .metadata(counts)]])
        guard case .finished(.stop, let usage)? = try await model.generator().events().last else {
            Issue.record("no end")
            return
        }
        #expect(usage.completionTokens == 0)
        #expect(usage.totalTokens >= usage.promptTokens && usage.promptTokens >= usage.cachedTokens)
    }

    @Test func `shows no reasoning`() async throws {
        let model = ScriptedConverse(batches: [
            [.reasoningDelta(index: 0, "Hmm"), .reasoningSignature(index: 0, "s"), .redactedReasoning(index: 0, [1])],
            [.unknown("later"), .textDelta(index: 1, "Yes")], goodEnd,
        ])
        #expect(try await model.generator().events() == [.text("Yes"), .finished(.stop, usage)])
    }

    @Test func `takes an answer without text as an answer`() async throws {
        let model = ScriptedConverse(batches: [[.messageStart(role: "assistant")], goodEnd])
        #expect(try await model.generator().events() == [.finished(.stop, usage)])
    }

    @Test(arguments: [
        ([ConverseStreamEvent.messageStop(.endTurn)], "no metadata"),
        ([.metadata(TokenUsage(inputTokens: 1, outputTokens: 1, totalTokens: 2))], "no stop reason"),
        ([], "neither"),
    ])
    func `refuses an answer that never ended`(end: [ConverseStreamEvent], what: String) async {
        let model = ScriptedConverse(batches: [[.textDelta(index: 0, "half")], end])
        let failure = await #expect(throws: OutcropFailure.self) { try await model.generator().events() }
        #expect(failure?.kind == .badGateway && failure?.code == "upstream_incomplete", "\(what)")
    }

    @Test(arguments: [
        (StopReason.endTurn, FinishReason.stop), (.stopSequence, .stop), (.toolUse, .stop), (.maxTokens, .length),
        (.modelContextWindowExceeded, .length), (.guardrailIntervened, .contentFilter), (.contentFiltered, .contentFilter),
        (StopReason(rawValue: "from_the_future"), .stop), (StopReason(rawValue: ""), .stop),
    ])
    func `maps stop reasons`(reason: StopReason, finish: FinishReason) async throws {
        let counts = TokenUsage(inputTokens: 10, outputTokens: 3, totalTokens: 13)
        let model = ScriptedConverse(batches: [[.textDelta(index: 0, "a"), .messageStop(reason), .metadata(counts)]])
        #expect(try await model.generator().events().last == .finished(finish, usage))
    }

    @Test(arguments: [StopReason.malformedModelOutput, .malformedToolUse])
    func `reports malformed answers as the model's failure`(reason: StopReason) async throws {
        let model = ScriptedConverse(batches: [[.textDelta(index: 0, "a"), .messageStop(reason)] + goodEnd.suffix(1)])
        let failure = await #expect(throws: OutcropFailure.self) { try await model.generator().events() }
        #expect(failure?.kind == .modelFailed)
        #expect(failure?.code == reason.rawValue)
    }

    @Test func `asks a model that does not stream for the whole answer`() async throws {
        let json = """
            {"output": {"message": {"role": "assistant", "content": [
                {"reasoningContent": {"reasoningText": {"text": "Hmm"}}}, {"text": "Two"}, {"text": ""}, {"text": "years"}]}},
             "stopReason": "max_tokens", "usage": {"inputTokens": 10, "outputTokens": 3, "totalTokens": 13}}
            """
        let whole = try JSONDecoder().decode(ConverseResponse.self, from: Data(json.utf8))
        let model = ScriptedConverse(whole: whole)
        let events = try await model.generator(.modern { $0.streamsText = false }).events()
        #expect(events == [.text(TextPieces(["Two", "years"])), .finished(.length, usage)])
        #expect(model.streamsOpen == 0 && model.batchesRead == 0)
    }

    @Test func `fails before the answer with the service's status`() async {
        let throttled = AWSError(
            .service, operation: "bedrock-runtime ConverseStream", message: "Too many", serviceCode: "ThrottlingException",
            status: 429, retryAfterSeconds: 2.5)
        for traits in [ModelTraits.modern, .modern { $0.streamsText = false }] {
            let model = ScriptedConverse(openFailure: throttled)
            let failure = await #expect(throws: OutcropFailure.self) { try await model.generator(traits).events() }
            #expect(failure?.kind == .rateLimited)
            #expect(failure?.retryAfterSeconds == 3)
        }
    }

    @Test(arguments: [
        (
            AWSError(.service, operation: "x", message: "m", serviceCode: "modelStreamErrorException", status: 424) as any Error,
            OutcropFailure.Kind.modelFailed
        ),
        (AWSError(.malformedResponse, operation: "x", message: "truncated"), .badGateway),
        (HTTPClientError(.idleTimeout, phase: .body, host: "h", message: "m"), .gatewayTimeout),
    ])
    func `fails in mid answer and never ends it`(error: any Error, kind: OutcropFailure.Kind) async throws {
        let model = ScriptedConverse([.batch([.textDelta(index: 0, "half")]), .fail(error)])
        var events = model.generator().generate(.asking()).makeAsyncIterator()
        #expect(try await events.next() == .text("half"))
        let failure = await #expect(throws: OutcropFailure.self) { try await events.next() }
        #expect(failure?.kind == kind)
        #expect(try await events.next() == nil)
        #expect(model.streamsOpen == 0)
    }

    @Test func `fails when the answer breaks off behind its usage`() async throws {
        let error = AWSError(.malformedResponse, operation: "x", message: "cut")
        let model = ScriptedConverse([.batch([.textDelta(index: 0, "a")] + goodEnd), .fail(error)])
        await #expect(throws: OutcropFailure.self) { try await model.generator().events() }
    }
}

/// How far a generator works ahead of its consumer, and what is left when the consumer leaves.
struct BedrockGeneratorPullTests {
    private let endless = (0..<50).map { ScriptedConverse.Step.batch([.textDelta(index: 0, "word\($0)")]) }

    @Test func `does nothing before the first pull`() async throws {
        let model = ScriptedConverse(endless)
        let stream = model.generator().generate(.asking())
        #expect(model.requests.isEmpty)
        var events = stream.makeAsyncIterator()
        _ = try await events.next()
        #expect(model.requests.count == 1)
    }

    @Test func `reads a batch when one is pulled and none ahead`() async throws {
        let model = ScriptedConverse(endless)
        var events = model.generator().generate(.asking()).makeAsyncIterator()
        for count in 1...20 {
            _ = try await events.next()
            #expect(model.batchesRead == count)
        }
    }

    @Test func `ends the transfer when its stream is dropped`() async throws {
        let model = ScriptedConverse(endless)
        try await readOne(model.generator())
        #expect(model.streamsOpen == 0)
    }

    private func readOne(_ generator: BedrockGenerator) async throws {
        var events = generator.generate(.asking()).makeAsyncIterator()
        #expect(try await events.next() == .text("word0"))
    }

    @Test func `ends the transfer when its consumer is cancelled in mid wait`() async throws {
        let model = ScriptedConverse([.batch([.textDelta(index: 0, "a")]), .hang])
        let generator = model.generator()
        let task = Task { try await generator.events() }
        while model.batchesRead < 2 { await Task.yield() }
        task.cancel()
        let result = await task.result
        // A cancelled stream ends or throws, but has no end of an answer.
        if case .success(let events) = result { #expect(events == [.text("a")]) }
        #expect(model.streamsOpen == 0)
    }

    @Test func `sends nothing for a consumer that is cancelled already`() async {
        let model = ScriptedConverse(endless)
        let generator = model.generator()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await generator.events()
        }
        task.cancel()
        _ = await task.result
        #expect(model.requests.isEmpty)
    }
}
