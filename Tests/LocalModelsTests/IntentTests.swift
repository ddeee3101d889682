import Glibc
import RAG
import Testing

@testable import LocalModels

@Suite struct `The local intent classifier` {
    /// Casual by the rules alone, and with a model no less.
    static let casual = [
        "hi", "Hi!", "hello", "Hello there", "hey", "Hey!!! 👋", "good morning", "Good evening, everyone", "howdy",
        "hi, how are you?",
        "How are you doing today?", "what's up?", "thanks", "Thanks a lot!", "thank you so much for your help", "thx",
        "ok thanks", "ok",
        "great", "cool, thanks!", "perfect, thank you", "that's all for now, bye", "bye", "Goodbye!", "see you later",
        "good night",
        "have a nice day", "who are you?", "What can you do?", "are you a bot?", "tell me a joke", "nice to meet you", "Hallo",
        "Guten Morgen!",
        "Vielen Dank", "danke schön", "Tschüss", "Wie geht's?", "Bonjour", "merci beaucoup", "au revoir", "ça va ?", "Hola",
        "muchas gracias",
        "buenos días", "ciao", "grazie mille", "olá", "obrigado", "привет", "спасибо", "こんにちは", "ありがとうございます", "你好", "谢谢", "안녕하세요",
        "merhaba", "שלום",
    ]

    /// Never casual, with a model or without: a wrong "casual" would keep the documents from an answer.
    static let retrieval = [
        "What is the refund policy?", "refund policy", "vacation days", "how many vacation days do I have?", "and its price?",
        "and the second one?",
        "why?", "how?", "when?", "more", "continue", "go on", "yes", "no", "yes please", "tell me more", "can you explain?",
        "what about it?",
        "summarize", "summary please", "help", "help me", "report.pdf", "what does report.pdf say",
        "hi, what is the refund policy?",
        "hello, where do I find the manual?", "thanks, and the price?", "ok, and what about contractors?",
        "thanks. next: delivery times",
        "who is the CEO?", "who are our suppliers?", "who are you allowed to contact in an emergency?",
        "how are invoices approved?",
        "how are you supposed to store acid?", "what is your return address", "what can you do about noise complaints?",
        "what can you do with a visitor badge?",
        "good morning routine for the shop", "good night shift allowance", "thank you letter", "hello world program",
        "goodbye party budget",
        "birthday leave", "weekend work", "music licence", "jokes policy", "lunch", "coffee machine", "parking",
        "opening hours", "Öffnungszeiten",
        "Wie viele Urlaubstage habe ich?", "Wo ist der Vertrag?", "Kündigungsfrist", "und der Preis?", "Quel est le prix ?",
        "¿Cuál es el precio?",
        "quanto custa?", "какова цена?", "返品ポリシーは何ですか", "退货政策是什么？", "价格", "휴가는 며칠인가요?", "2024", "section 3", "error 504", "§ 5",
        "\"thanks\"", "translate hello into French", "define photosynthesis", "photosynthesis", "mitosis", "Biden", "Ukraine",
        "who said thank you in the speech?",
        "how do we greet customers?", "is smoking allowed?", "can I work from home?", "do you have information about insurance?",
        "do you know our address?",
        "what are you required to sign?", "", "   ", "?", "👋", "...", "I feel unwell, whom do I call?", "is it safe?",
        "are you sure?", "what did you say?",
        "compare both", "which is cheaper", "give me an example", "how long", "the same for Berlin", "@team",
        "https://example.org", "where", "cost",
        "great lakes", "cool storage", "ok button does nothing", "hey siri setup", "bye-laws", "yo-yo",
        "see you in court procedure", "how is it going to be paid?",
    ]

    @Test(arguments: casual) func `knows small talk without a model`(message: String) async throws {
        #expect(try await LocalIntentClassifier(embedder: nil).classify([user(message)]) == .casual)
    }

    @Test(arguments: retrieval) func `sends everything else to the documents without a model`(message: String) async throws {
        #expect(try await LocalIntentClassifier(embedder: nil).classify([user(message)]) == .retrieval)
    }

    @Test(.enabled(if: TestModel.isPresent, TestModel.missing)) func `never keeps a question from the documents with the model`()
        async throws
    {
        let classifier = LocalIntentClassifier(embedder: try TestModel.embedder.get())
        for message in Self.casual { #expect(try await classifier.classify([user(message)]) == .casual, "\(message)") }
        for message in Self.retrieval { #expect(try await classifier.classify([user(message)]) == .retrieval, "\(message)") }
    }

    /// What only the examples can tell.
    static let learned = [
        "thanks mate, you saved my day", "you're awesome", "I'm so bored", "you are really funny",
        "hope you have a lovely weekend",
        "hey how have you been lately?", "good to see you again my dear", "it was nice chatting with you", "do you enjoy music?",
    ]

    @Test(.enabled(if: TestModel.isPresent, TestModel.missing)) func `knows most chat by its neighbours`() async throws {
        let classifier = LocalIntentClassifier(embedder: try TestModel.embedder.get())
        var casual = 0
        for message in Self.learned where try await classifier.classify([user(message)]) == .casual { casual += 1 }
        #expect(casual >= 7, "\(casual) of \(Self.learned.count)")
    }

    @Test func `a yes-like word after a question asks for retrieval`() async throws {
        let classifier = LocalIntentClassifier(embedder: nil)
        let asked = Message(role: .assistant, text: "Shall I look up the warranty as well? ")
        #expect(try await classifier.classify([user("warranty"), asked, user("ok great")]) == .retrieval)
        #expect(try await classifier.classify([user("warranty"), asked, user("no")]) == .retrieval)
        #expect(try await classifier.classify([user("warranty"), asked, user("thanks!")]) == .casual)
        #expect(
            try await classifier.classify([user("x"), Message(role: .assistant, text: "Two years."), user("ok great")]) == .casual
        )
    }

    @Test func `long small talk is read no further than its bound`() async throws {
        let long = Array(repeating: "hello", count: SmallTalk.wordsMax + 1).joined(separator: " ")
        #expect(SmallTalk(long) == nil)
        #expect(SmallTalk(Array(repeating: "hello", count: SmallTalk.wordsMax).joined(separator: " ")) != nil)
        #expect(SmallTalk("hi" + String(repeating: "!", count: 199)) == nil)
        #expect(try await LocalIntentClassifier(embedder: nil).classify([]) == .retrieval)
    }

    /// Two combining classes in turn: whoever normalises them sorts them, in the square of their number.
    static let marks = String(repeating: "\u{301}\u{323}", count: 100_000)

    /// With Characters each of these takes seconds of this thread's processor time.
    @Test func `combining marks cost no more than other text`() {
        let start = threadSeconds()
        #expect(IntentRules.decide("ok", after: "a" + Self.marks) == .decided(.casual))
        #expect(IntentRules.decide("ok" + Self.marks, after: nil) == .open)
        #expect(Words.all(in: "re" + Self.marks + "d a") == ["re" + String(Self.marks.unicodeScalars.prefix(30)) + "d", "a"])
        #expect(HousekeepingReply.text(for: "### Task:\ntitle " + Self.marks) == "New chat")
        #expect(threadSeconds() - start < 1)
    }

    private func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test(arguments: [
        ("Wie geht's dir?", ["wie", "gehts", "dir"]), ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("cafe\u{301}s, ÉTÉ", ["cafe\u{301}s", "été"]),
        ("\u{301} a1-b2 ’ ½", ["a1", "b2", "½"]), ("返品ポリシー。x", ["返品ポリシー", "x"]), ("’’ \u{200D}…", []), ("", []),
    ]) func `cuts words at what is neither letter nor number nor mark`(text: String, words: [String]) {
        #expect(Words.all(in: text) == words)
    }

    @Test func `a failure to embed the examples is not kept`() async throws {
        let embedder = StubEmbedder(failures: 1)
        let classifier = LocalIntentClassifier(embedder: embedder)
        await #expect(throws: OutcropFailure.self) { try await classifier.classify([user("funny little chat")]) }
        _ = try await classifier.classify([user("funny little chat")])
        _ = try await classifier.classify([user("funny little chat")])
        // The failed one and the one that is kept.
        #expect(embedder.batchSizes.count { $0 > 1 } == 2)
    }

    @Test func `a cancelled first message does not stop the examples from being embedded`() async throws {
        let (opening, door) = AsyncStream.makeStream(of: Void.self)
        let (starts, starting) = AsyncStream.makeStream(of: Void.self)
        let embedder = StubEmbedder(casual: 0.9) {
            starting.finish()
            for await _ in opening {}
        }
        let classifier = LocalIntentClassifier(embedder: embedder)
        let first = Task { try await classifier.classify([user("funny little chat")]) }
        for await _ in starts {}
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        door.finish()
        #expect(try await classifier.classify([user("funny little chat")]) == .casual)
        #expect(embedder.batchSizes.count { $0 > 1 } == 1)
    }

    @Test func `casual needs both nearness and a margin`() async throws {
        for (casual, retrieval, intent) in [
            (0.9, 0.2, Intent.casual), (0.5, 0.0, .retrieval), (0.9, 0.8, .retrieval), (0.56, 0.40, .casual),
        ] as [(Float, Float, Intent)] {
            let embedder = StubEmbedder(casual: casual, retrieval: retrieval)
            #expect(
                try await LocalIntentClassifier(embedder: embedder).classify([user("funny little chat")]) == intent,
                "\(casual) \(retrieval)")
        }
    }
}

func user(_ text: String) -> Message { Message(role: .user, text: text) }
