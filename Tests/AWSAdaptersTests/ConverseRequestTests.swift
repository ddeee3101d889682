import AWS
import RAG
import Testing

@testable import AWSAdapters

struct ConverseRequestTests {
    private func configuration(
        _ options: GenerationOptions, _ change: (inout ModelTraits) -> Void = { _ in }
    ) throws -> InferenceConfiguration {
        try #require(BedrockGenerator.request(.asking(options: options), .modern(change)).inferenceConfig)
    }

    @Test(
        arguments: [
            (nil, nil), (0.0, 0.0), (0.7, 0.7), (1, 1), (1.3, 1), (2, 1), (-1, 0), (.nan, nil), (.infinity, nil),
        ] as [(Double?, Double?)])
    func `clamps the temperature at Bedrock's highest`(given: Double?, sent: Double?) throws {
        #expect(try configuration(GenerationOptions(temperature: given)).temperature == sent)
    }

    @Test func `sends the temperature alone where top_p beside it is refused`() throws {
        let both = GenerationOptions(temperature: 0.5, topP: 0.9)
        #expect(try configuration(both) { $0.refusesTemperatureWithTopP = false }.topP == 0.9)
        let refused = try configuration(both) { $0.refusesTemperatureWithTopP = true }
        #expect(refused.temperature == 0.5 && refused.topP == nil)
        #expect(try configuration(GenerationOptions(topP: 0.9)) { $0.refusesTemperatureWithTopP = true }.topP == 0.9)
        let none = try configuration(both) { $0.takesSampling = false }
        #expect(none.temperature == nil && none.topP == nil)
    }

    @Test(arguments: [(nil, 6_930), (100, 7_290), (9_000, 3_690)] as [(Int?, Int)])
    func `leaves room for the answer in the model's context`(wanted: Int?, left: Int) {
        let traits = ModelTraits.modern {
            ($0.contextTokens, $0.outputTokensMax, $0.outputTokensDefault) = (8_200, 8_192, 500)
        }
        let tokens = ScriptedConverse().generator(traits).promptTokensMax(GenerationOptions(maxTokens: wanted))
        #expect(tokens == left)
    }

    @Test(arguments: [(nil, 500), (1, 1), (700, 700), (1_000, 1_000), (5_000, 1_000), (0, 1), (-3, 1)] as [(Int?, Int)])
    func `always sends a maximum the model can do`(wanted: Int?, sent: Int) throws {
        let configuration = try configuration(GenerationOptions(maxTokens: wanted)) {
            $0.outputTokensMax = 1_000
            $0.outputTokensDefault = 500
        }
        #expect(configuration.maxTokens == sent)
    }

    @Test func `sends the stop sequences that can be`() throws {
        let stop = ["", "END", "END", "e\u{301}", "\u{e9}", "\t"]
        #expect(try configuration(GenerationOptions(stop: stop)).stopSequences == ["END", "e\u{301}", "\u{e9}"])
        #expect(try configuration(GenerationOptions(stop: ["", "\n"])).stopSequences == nil)
        #expect(try configuration(GenerationOptions(stop: ["END"])) { $0.takesStopSequences = false }.stopSequences == nil)
        #expect(try configuration(GenerationOptions()).stopSequences == nil)
    }

    @Test func `refuses stop sequences past its limits`() async throws {
        let longest = String(repeating: "x", count: GenerationOptions.stopSequenceBytesMax)
        for (stop, isGood) in [
            (Array(repeating: longest, count: 4), true), ([longest + "x"], false), (["1", "2", "3", "4", "5"], false),
        ] {
            let model = ScriptedConverse(batches: [goodEnd])
            let answer = try? await model.generator().events(.asking(options: GenerationOptions(stop: stop)))
            #expect((answer != nil) == isGood)
            #expect(model.requests.count == (isGood ? 1 : 0))
        }
    }

    @Test func `puts the system text where the model has a place for it`() {
        let request = GenerationRequest.asking("Q")
        let own = BedrockGenerator.request(request)
        #expect(own.system == [.text("Be brief.")])
        #expect(own.messages == [ConverseMessage(role: .user, content: [.text("Q")])])
        let first = BedrockGenerator.request(request, .modern { $0.takesSystem = false })
        #expect(first.system == nil)
        #expect(first.messages == [ConverseMessage(role: .user, content: [.text("Be brief."), .text("Q")])])
        for blank in ["", " \n"] {
            #expect(BedrockGenerator.request(.asking("Q", system: blank)).system == nil)
            let none = BedrockGenerator.request(.asking("Q", system: blank), .modern { $0.takesSystem = false })
            #expect(none.messages == own.messages)
        }
    }

    @Test func `gives every role one of Converse's two`() {
        var request = GenerationRequest.asking()
        request.messages = [
            Message(role: .user, text: "a"), Message(role: .assistant, text: "b"), Message(role: .tool, text: "c"),
            Message(role: .developer, text: "d"), Message(role: .assistant, text: " "), Message(role: .user, text: "e"),
        ]
        #expect(
            BedrockGenerator.request(request).messages == [
                ConverseMessage(role: .user, content: [.text("a")]), ConverseMessage(role: .assistant, content: [.text("b")]),
                ConverseMessage(role: .user, content: [.text("c"), .text("d"), .text("e")]),
            ])
    }
}

/// Stop sequences that the model does not take: the answer is cut on this side.
struct OwnStopSequenceTests {
    @Test(arguments: [
        (["END"], ["a EN", "D b"], "a "), (["END"], ["a EN", "d"], "a ENd"), (["END"], ["a E", "N"], "a EN"),
        (["END"], ["END"], ""), (["END"], ["EEND"], "E"), (["aab"], ["aa", "ab"], "a"), (["\n"], ["x", "\n", "y"], "x"),
        (["\n\n"], ["a\n", "b\n", "\nc"], "a\nb"), (["abX", "b"], ["ab", "c"], "a"), (["abX", "b"], ["a", "b"], "a"),
        (["é"], ["caf", "é!"], "caf"), (["e\u{301}"], ["é e", "\u{301}"], "é "), (["b", "ab"], ["xab"], "x"),
        ([], ["a", "b"], "ab"),
    ])
    func `ends the text at the first stop sequence, however it is split`(stops: [String], pieces: [String], expected: String) {
        var whole = StopScanner(stops)
        var text = pieces.map { whole.read($0) }.joined()
        text += whole.finish()
        #expect(text == expected)
        var single = StopScanner(stops)
        text = pieces.joined().unicodeScalars.map { single.read(String($0)) }.joined()
        text += single.finish()
        #expect(text == expected)
        #expect(single.isStopped == whole.isStopped)
    }

    @Test func `ends the transfer and estimates the usage`() async throws {
        let model = ScriptedConverse(batches: [
            [.textDelta(index: 0, "Hello")], [.textDelta(index: 0, " world STO")], [.textDelta(index: 0, "P and on")],
            [.textDelta(index: 0, "never read")], goodEnd,
        ])
        let traits = ModelTraits.modern { $0.takesStopSequences = false }
        let generator = model.generator(traits)
        let events = try await generator.events(.asking("Hi", options: GenerationOptions(stop: ["STOP"])))
        // "Be brief." is 3, "Hi" 1 and its turn 4; "Hello world " is 4.
        #expect(events == [.text("Hello"), .text(" world "), .finished(.stop, Usage(promptTokens: 8, completionTokens: 4))])
        #expect(model.batchesRead == 3)
        #expect(model.streamsOpen == 0)
        #expect(model.requests.first?.inferenceConfig?.stopSequences == nil)
    }

    @Test func `gives what it held back when the answer ends`() async throws {
        let model = ScriptedConverse(batches: [[.textDelta(index: 0, "a STO")], goodEnd])
        let generator = model.generator(.modern { $0.takesStopSequences = false })
        let events = try await generator.events(.asking(options: GenerationOptions(stop: ["STOP"])))
        #expect(events == [.text("a "), .text("STO"), .finished(.stop, Usage(promptTokens: 10, completionTokens: 3))])
    }

    @Test func `stops at white space for a model that takes other stop sequences`() async throws {
        let model = ScriptedConverse(batches: [[.textDelta(index: 0, "one\ntwo")], goodEnd])
        let events = try await model.generator().events(.asking(options: GenerationOptions(stop: ["\n", "END"])))
        #expect(events.first == .text("one"))
        #expect(model.requests.first?.inferenceConfig?.stopSequences == ["END"])
    }
}
