import RAG
import Testing

@testable import LocalModels

@Suite struct `The extractive generator` {
    static let drill = Passage(
        chunkID: 1, documentID: "doc_a", filename: "catalogue.md", page: 2, headings: ["Catalogue", "Drills"],
        text: "The drill X2 weighs two kilograms. Its price is 129 euros.\nDelivery takes three\n days. A bag is included.",
        range: 100..<204, score: 0.8)
    static let saw = Passage(
        chunkID: 2, documentID: "doc_b", filename: "saws.md", page: nil, headings: ["Saws"],
        text: "The saw S1 cuts oak. Blades for the saw cost 15 euros.",
        range: 0..<54, score: 0.6)

    private func answer(
        _ messages: [Message], _ passages: [Passage] = [drill, saw], grounding: GroundingState = .grounded,
        options: GenerationOptions = GenerationOptions(), embedder: (any Embedder)? = nil
    ) async throws -> (pieces: [String], reason: FinishReason?, usage: Usage?) {
        let request = GenerationRequest(
            system: "abc", messages: messages, passages: passages, grounding: grounding, options: options)
        var pieces: [String] = []
        var finish: (FinishReason, Usage)?
        for try await event in ExtractiveGenerator(embedder: embedder).generate(request) {
            #expect(finish == nil)
            switch event {
            case .text(let text):
                #expect(!text.pieces.contains(""))
                pieces += text.pieces
            case .finished(let reason, let usage): finish = (reason, usage)
            }
        }
        return (pieces, finish?.0, finish?.1)
    }

    @Test func `quotes the sentence that answers, with its marker`() async throws {
        let answer = try await answer([user("How much does the drill's delivery take?")])
        #expect(answer.pieces.joined().contains("Delivery takes three days."))
        #expect(answer.pieces.joined().contains("[1]"))
        #expect(answer.reason == .stop)
    }

    @Test func `quotes word for word but for whitespace, and marks every quote`() async throws {
        let passages = [Self.drill, Self.saw]
        let quotes = try await QuoteRanker(embedder: nil, weights: .init(nearness: 0, relevance: 0)).quotes(
            from: passages, for: "What costs how many euros?")
        #expect(quotes.count > 1 && quotes.count <= QuoteRanker.quotesMax)
        for quote in quotes {
            let source = passages[quote.passage].text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(source.contains(quote.text))
        }
        let text = QuoteComposer.pieces(quotes, passages: passages).joined()
        for paragraph in text.split(separator: "\n\n") { #expect(paragraph.hasSuffix("[1]") || paragraph.hasSuffix("[2]")) }
    }

    @Test func `a follow-up is understood with the turn before`() async throws {
        let messages = [user("Tell me about blades for the saw"), Message(role: .assistant, text: "…"), user("and the price?")]
        let answer = try await answer(messages)
        #expect(answer.pieces.joined().contains("Blades for the saw cost 15 euros. [2]"))
    }

    @Test(arguments: [
        ("and its price?", true), ("why?", true), ("How long does it take?", true), ("what about the second one", true),
        ("How much does the drill X2 weigh?", false), ("Which regulatory changes did the committee propose in spring?", false),
    ]) func `knows questions that lean on the turn before`(question: String, leans: Bool) {
        #expect(RankingQuestion.leansOnContext(question) == leans)
    }

    @Test func `neighbouring sentences share a marker and lists get their heading`() {
        let passages = [Self.drill]
        func quote(_ sentence: Int, _ text: String, _ kind: SentenceSplitter.Sentence.Kind = .prose) -> Quote {
            Quote(passage: 0, sentence: sentence, kind: kind, text: text, score: 1)
        }
        let long = String(repeating: "Long sentence here ", count: 4) + "end."
        let pieces = QuoteComposer.pieces(
            [quote(4, "- 129 euros", .listItem), quote(1, "Second."), quote(0, long)], passages: passages)
        #expect(pieces == [long, " Second. [1]", "\n\nDrills: - 129 euros [1]"])
    }

    @Test func `a question in a document gives way to the answer below it`() async throws {
        var faq = Self.drill
        faq.text =
            "## Account\nHow do I reset my password?\nOpen the settings and choose the last entry.\n\nHow do I log out?\nClose the window."
        let quotes = try await QuoteRanker(embedder: nil).quotes(from: [faq], for: "How can I reset my password?")
        #expect(quotes.first?.text == "Open the settings and choose the last entry.")
    }

    @Test(arguments: [
        "```sh\ncurl http://localhost/v1/chat -d '{\n  \"content\": \"How long does it take to charge an empty battery?\"\n}'\n```",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"How long does it take to charge an empty battery?\"}]}",
        "Ask \"How long does it take to charge an empty battery?\" in the chat.",
        "# Charge\nTo charge an empty battery: how long",
    ]) func `what only repeats the question is not quoted beside the answer`(copy: String) async throws {
        var manual = Self.saw
        manual.text = "Charging a flat pack takes 40 minutes. The empty battery needs that long to charge fully."
        var readme = Self.drill
        readme.text = copy
        let question = "How long does it take to charge an empty battery?"
        let quotes = try await QuoteRanker(embedder: nil).quotes(from: [readme, manual], for: question)
        #expect(quotes.first?.text == "The empty battery needs that long to charge fully.")
        #expect(!quotes.contains { $0.passage == 0 })
        // Without anything better it is still what the documents hold.
        #expect(try await QuoteRanker(embedder: nil).quotes(from: [readme], for: question).isEmpty == false)
    }

    @Test func `a second quote needs relevance of its own, not only a good passage`() async throws {
        var first = Self.drill
        first.text = "Its price is 129 euros. Rain falls in spring."
        let second = Passage(
            chunkID: 9, documentID: "doc_z", filename: "z.md", page: nil, headings: [], text: "The price list has more.",
            range: 0..<24, score: 0.1)
        func texts(_ relevance: Double) async throws -> [String] {
            try await QuoteRanker(embedder: nil, weights: .init(passage: 5, relevance: relevance))
                .quotes(from: [first, second], for: "What is the price?").map(\.text)
        }
        #expect(try await texts(0) == ["Its price is 129 euros.", "Rain falls in spring."])
        #expect(try await texts(0.6) == ["Its price is 129 euros."])
    }

    @Test(arguments: [
        ("let x = [1, 2]; foo(x) { $0 == y }", true), ("{\"a\": {\"b\": \"c\"}}", true), ("<p class=\"a\"><b>Hi</b></p>", true),
        ("He said \"Stop!\" and then \"Go!\" before he left for good.", false),
        ("It is known [1][2] and was proved (Fig. 3).", false),
        ("Revenue rose to $4.2bn, up from $3.9bn; costs fell.", false), ("| a | b |", false),
    ]) func `tells code from prose`(text: String, isCode: Bool) {
        #expect(QuoteRanker.looksLikeCode(text) == isCode)
    }

    @Test func `a marker inside a quote cites nothing`() async throws {
        var noted = Self.drill
        noted.text = "The drill X2 weighs two kilograms [2] as array[ 1 ] says."
        let answer = try await answer([user("How much does the drill X2 weigh?")], [noted, Self.saw]).pieces.joined()
        #expect(answer.contains("kilograms [\u{2060}2] as array[\u{2060} 1 ] says. [1]"))
    }

    @Test func `the same sentence is quoted once and a repetition loses`() async throws {
        var copy = Self.drill
        copy.documentID = "doc_c"
        let quotes = try await QuoteRanker(embedder: nil, weights: .init(nearness: 0, relevance: 0)).quotes(
            from: [Self.drill, copy], for: "price of the drill")
        #expect(Set(quotes.map(\.text)).count == quotes.count)
    }

    @Test func `the answer stays within its length and number of quotes`() async throws {
        let text = (0..<80).map {
            "Sentence number \($0) about the granite quarry is exactly this long, give or take a few more letters at its end."
        }
        .joined(separator: " ")
        let passage = Passage(
            chunkID: 1, documentID: "d", filename: "f", page: nil, headings: [], text: text, range: 0..<text.unicodeScalars.count,
            score: 1)
        let stub = StubEmbedder()
        let quotes = try await QuoteRanker(embedder: stub, weights: .init(redundancy: 0, nearness: 0, relevance: 0)).quotes(
            from: [passage], for: "granite quarry")
        #expect(quotes.count == QuoteRanker.quotesMax)
        #expect(quotes.map(\.text.unicodeScalars.count).reduce(0, +) <= QuoteRanker.answerScalarsMax)
        #expect(stub.batchSizes.max() == QuoteRanker.candidatesMax)
    }

    @Test func `counts tokens without the special ones`() async throws {
        let answer = try await answer([user("weight of the drill")], [Self.drill], embedder: StubEmbedder())
        #expect(answer.usage?.promptTokens == "abcweight of the drill".count)
        #expect(answer.usage?.completionTokens == answer.pieces.joined().unicodeScalars.count)
    }

    @Test func `every token limit is kept, with finish reason length`() async throws {
        let whole = try await answer([user("price of the drill")], embedder: StubEmbedder()).pieces.joined()
        for limit in 1..<whole.unicodeScalars.count {
            let cut = try await answer(
                [user("price of the drill")], options: GenerationOptions(maxTokens: limit), embedder: StubEmbedder())
            #expect(cut.pieces.joined().unicodeScalars.count <= limit)
            #expect(cut.reason == .length, "at \(limit)")
        }
        let enough = try await answer(
            [user("price of the drill")], options: GenerationOptions(maxTokens: whole.unicodeScalars.count),
            embedder: StubEmbedder())
        #expect(enough.pieces.joined() == whole)
        #expect(enough.reason == .stop)
    }

    @Test func `a cut quote keeps its marker where it fits`() {
        let limit = AnswerLimit(options: GenerationOptions(maxTokens: 12), counter: TokenCounter(embedder: StubEmbedder()))
        #expect(limit.applied(to: ["The drill weighs two kilograms. [1]"]).pieces == ["The [1]"])
        let small = AnswerLimit(options: GenerationOptions(maxTokens: 4), counter: TokenCounter(embedder: StubEmbedder()))
        #expect(small.applied(to: ["The drill weighs two kilograms. [1]"]).pieces == ["The"])
        let tiny = AnswerLimit(options: GenerationOptions(maxTokens: 1), counter: TokenCounter(embedder: StubEmbedder()))
        #expect(tiny.applied(to: ["The drill. [1]"]).pieces == [])
        #expect(tiny.applied(to: ["The drill. [1]"]).reason == .length)
    }

    @Test(arguments: [
        (["two"], ["One ", "t", "wo three"], ["One "]), (["One"], ["One ", "two"], []), (["zzz", ""], ["One"], ["One"]),
        (["e", "n"], ["One"], ["O"]),
    ]) func `stops before a stop sequence, also over several pieces`(stop: [String], pieces: [String], kept: [String]) {
        let limit = AnswerLimit(options: GenerationOptions(stop: stop), counter: TokenCounter(embedder: nil))
        #expect(limit.applied(to: pieces).pieces == kept)
        #expect(limit.applied(to: pieces).reason == .stop)
    }

    @Test func `says what it did not find and what to do`() async throws {
        let nothing = try await answer([user("q")], [], grounding: .nothingFound)
        #expect(nothing.pieces.joined().hasPrefix("I found nothing in the documents on this."))
        let none = try await answer([user("q")], [], grounding: .noDocuments)
        #expect(none.pieces.joined().contains("POST /v1/documents") && none.pieces.joined().contains("POST /v1/kb/sync"))
    }

    @Test(arguments: [
        ("hi", "Hello! I answer by quoting"), ("thanks a lot", "You're welcome!"), ("bye", "Goodbye!"),
        ("what can you do?", "I am Outcrop's"),
        ("how are you?", "All is well"), ("ok", "Good."),
        ("Write a poem about rain", "I answer by quoting your documents, and for this message"),
    ]) func `answers small talk honestly`(message: String, beginning: String) async throws {
        let answer = try await answer([user(message)], [], grounding: .notWanted)
        #expect(answer.pieces.joined().hasPrefix(beginning))
    }

    @Test func `answers small talk also where there are no documents yet`() async throws {
        let answer = try await answer([user("hi")], [], grounding: .noDocuments)
        #expect(answer.pieces.joined().hasPrefix("Hello! I answer by quoting"))
    }

    private static let chat =
        "<chat_history>\nUSER: What does \"X2\" \\ cost, and how long is the warranty?\nASSISTANT: {\"tags\"}\n</chat_history>"

    @Test(arguments: [
        (
            "### Task:\nGenerate a title.\n### Output:\nJSON format: { \"title\": \"…\" }\n" + chat,
            "{\"title\": \"What does \\\"X2\\\" \\\\ cost, and\"}"
        ),
        ("### Task:\nTags.\nJSON format: { \"tags\": [\"tag1\"] }\n" + chat, "{\"tags\": []}"),
        ("### Task:\nSuggest.\nJSON format: { \"follow_ups\": [] }\n" + chat, "{\"follow_ups\": []}"),
        ("### Task:\nName this chat.\n" + chat, "What does \"X2\" \\ cost, and"), ("### Task:\nName this chat.", "New chat"),
    ]) func `answers a client's housekeeping`(prompt: String, reply: String) async throws {
        #expect(try await answer([user(prompt)], [], grounding: .notWanted).pieces == [reply])
    }

    @Test func `a passage without a sentence is nothing found`() async throws {
        var empty = Self.drill
        empty.text = "--- ***"
        #expect(try await answer([user("q")], [empty]).pieces == [FixedReply.nothingFound])
    }

    @Test(.enabled(if: TestModel.isPresent, TestModel.missing)) func `finds by meaning what shares no word`() async throws {
        let answer = try await answer([user("How heavy is it?")], [Self.drill], embedder: try TestModel.embedder.get())
        #expect(answer.pieces.joined().contains("weighs two kilograms"))
        #expect((answer.usage?.completionTokens ?? 0) > 5)
    }
}
