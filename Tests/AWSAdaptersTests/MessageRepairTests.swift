import AWS
import RAG
import Testing

@testable import AWSAdapters

/// A conversation and what becomes of it.
struct RepairCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var given: [ConverseMessage]
    var expected: [ConverseMessage]
    var rules: MessageRules

    init(
        _ name: String, _ given: [ConverseMessage], _ expected: [ConverseMessage],
        rules: MessageRules = MessageRules(tools: ToolNames())
    ) {
        testDescription = name
        self.given = given
        self.expected = expected
        self.rules = rules
    }
}

private func user(_ content: ContentBlock...) -> ConverseMessage { ConverseMessage(role: .user, content: content) }
private func assistant(_ content: ContentBlock...) -> ConverseMessage { ConverseMessage(role: .assistant, content: content) }
private func call(_ id: String, _ name: String = "find", _ input: JSONDocument = .object([:])) -> ContentBlock {
    .toolUse(id: id, name: name, input: input)
}
private func result(_ id: String, _ text: String = "42") -> ContentBlock {
    .toolResult(id: id, content: [.text(text)], status: nil)
}
private func image(_ number: UInt8 = 1) -> ContentBlock { .image(format: "png", bytes: [number]) }
private func document(_ name: String, _ format: String = "pdf") -> ContentBlock {
    .document(format: format, name: name, bytes: [1])
}
private let longName = String(repeating: "n", count: 197) + " nn"
private let thought = ContentBlock.reasoning(text: "Hmm", signature: "s")

private let turnCases: [RepairCase] = [
    RepairCase(
        "a good conversation", [user(.text("a")), assistant(.text("b ")), user(.text("c"))],
        [user(.text("a")), assistant(.text("b ")), user(.text("c"))]),
    RepairCase("nothing at all", [], [user(.text(MessageRepair.opening))]),
    RepairCase("blank turns alone", [user(.text(" \n")), assistant(.text(""))], [user(.text(MessageRepair.opening))]),
    RepairCase(
        "an assistant first", [assistant(.text("Hello")), user(.text("a"))],
        [user(.text(MessageRepair.opening)), assistant(.text("Hello")), user(.text("a"))]),
    RepairCase(
        "same roles in a row",
        [user(.text("a")), user(.text("b")), assistant(.text("c")), assistant(.text("d")), user(.text("e"))],
        [user(.text("a"), .text("b")), assistant(.text("c"), .text("d")), user(.text("e"))]),
    RepairCase(
        "a blank turn between two of the other role", [user(.text("a")), assistant(.text("\u{3000}\t")), user(.text("b"))],
        [user(.text("a"), .text("b"))]),
    RepairCase("blank text beside other text", [user(.text(""), .text("a"), .text("\u{200B}\0"))], [user(.text("a"))]),
    RepairCase(
        "blocks of an assistant out of order",
        [user(.text("a")), assistant(call("1"), .text("b"), thought), user(.text("so?"), result("1"))],
        [user(.text("a")), assistant(thought, .text("b"), call("1")), user(result("1"), .text("so?"))]),
    RepairCase(
        "a turn of reasoning alone", [user(.text("a")), assistant(thought), user(.text("b"))], [user(.text("a"), .text("b"))]),
    RepairCase(
        "reasoning of a user, and blocks nobody knows", [user(thought, .text("a"), .unknown("video"))], [user(.text("a"))]),
    RepairCase(
        "empty reasoning", [user(.text("a")), assistant(.reasoning(text: "", signature: nil), .text("b")), user(.text("c"))],
        [user(.text("a")), assistant(.text("b")), user(.text("c"))]),
    RepairCase(
        "signed empty reasoning",
        [user(.text("a")), assistant(.reasoning(text: "", signature: "s"), .text("b")), user(.text("c"))],
        [user(.text("a")), assistant(.reasoning(text: "", signature: "s"), .text("b")), user(.text("c"))]),
    RepairCase(
        "prefill with trailing white space", [user(.text("a")), assistant(.text("x "), .text("{\r\n \u{A0}"))],
        [user(.text("a")), assistant(.text("x "), .text("{"))]),
    RepairCase(
        "prefill the model refuses", [user(.text("a")), assistant(.text("{ "))],
        [user(.text("a")), assistant(.text("{ ")), user(.text(MessageRepair.continuation))],
        rules: MessageRules(tools: ToolNames(), takesPrefill: false)),
    RepairCase("a blank prefill", [user(.text("a")), assistant(.text(" "))], [user(.text("a"))]),
    RepairCase("a cache point alone", [user(.text("a")), assistant(.cachePoint), user(.cachePoint)], [user(.text("a"))]),
]

private let toolCases: [RepairCase] = [
    RepairCase(
        "results in two turns",
        [user(.text("a")), assistant(call("1"), call("2")), user(result("2", "x")), user(result("1", "y"))],
        [user(.text("a")), assistant(call("1"), call("2")), user(result("2", "x"), result("1", "y"))]),
    RepairCase(
        "a result behind another exchange",
        [user(.text("a")), assistant(call("1")), user(.text("well?")), assistant(.text("wait")), user(result("1"), .text("b"))],
        [user(.text("a")), assistant(call("1")), user(result("1"), .text("well?")), assistant(.text("wait")), user(.text("b"))]),
    RepairCase(
        "a turn emptied by moving its result",
        [
            user(.text("a")), assistant(call("1")), user(.text("well?")), assistant(.text("wait")), user(result("1")),
            assistant(.text("ok")), user(.text("b")),
        ],
        [
            user(.text("a")), assistant(call("1")), user(result("1"), .text("well?")), assistant(.text("wait"), .text("ok")),
            user(.text("b")),
        ]),
    RepairCase(
        "a call without result",
        [user(.text("a")), assistant(call("1", "find", .object(["q": .string("x/y")]))), user(.text("b"))],
        [user(.text("a")), assistant(.text(#"[Called the tool find with {"q":"x/y"}]"#)), user(.text("b"))]),
    RepairCase("a result without call", [user(result("9", "x"))], [user(.text("[The tool answered: x]"))]),
    RepairCase(
        "a result before its call", [user(result("1", "x")), assistant(call("1")), user(.text("b"))],
        [user(.text("[The tool answered: x]")), assistant(.text("[Called the tool find with {}]")), user(.text("b"))]),
    RepairCase(
        "a second result", [user(.text("a")), assistant(call("1")), user(result("1", "x"), result("1", "y"))],
        [user(.text("a")), assistant(call("1")), user(result("1", "x"), .text("[The tool answered: y]"))]),
    RepairCase(
        "ids used again in a later turn",
        [user(.text("a")), assistant(call("c")), user(result("c", "x")), assistant(call("c")), user(result("c", "y"))],
        [user(.text("a")), assistant(call("c")), user(result("c", "x")), assistant(call("c_2")), user(result("c_2", "y"))]),
    RepairCase(
        "ids used twice in one turn",
        [user(.text("a")), assistant(call("c", "find"), call("c", "look")), user(result("c", "x"), result("c", "y"))],
        [user(.text("a")), assistant(call("c", "find"), call("c_2", "look")), user(result("c", "x"), result("c_2", "y"))]),
    RepairCase(
        "an id used again although its first call was never answered",
        [user(.text("a")), assistant(call("c", "find")), user(.text("b")), assistant(call("c", "look")), user(result("c", "y"))],
        [
            user(.text("a")), assistant(.text("[Called the tool find with {}]")), user(.text("b")), assistant(call("c", "look")),
            user(result("c", "y")),
        ]),
    RepairCase(
        "an id with strange characters", [user(.text("a")), assistant(call("call/ä#1")), user(result("call/ä#1"))],
        [user(.text("a")), assistant(call("call___1")), user(result("call___1"))]),
    RepairCase(
        "ids that differ only in strange characters",
        [user(.text("a")), assistant(call("a/b"), call("a#b")), user(result("a#b", "2"), result("a/b", "1"))],
        [user(.text("a")), assistant(call("a_b"), call("a_b_2")), user(result("a_b_2", "2"), result("a_b", "1"))]),
    RepairCase(
        "an empty id", [user(.text("a")), assistant(call("")), user(result(""))],
        [user(.text("a")), assistant(call("call")), user(result("call"))]),
    RepairCase(
        "ids too long and alike in front",
        [
            user(.text("a")), assistant(call(String(repeating: "x", count: 70)), call(String(repeating: "x", count: 80))),
            user(result(String(repeating: "x", count: 80), "2"), result(String(repeating: "x", count: 70), "1")),
        ],
        [
            user(.text("a")), assistant(call(String(repeating: "x", count: 64)), call(String(repeating: "x", count: 62) + "_2")),
            user(result(String(repeating: "x", count: 62) + "_2", "2"), result(String(repeating: "x", count: 64), "1")),
        ]),
    RepairCase(
        "a tool's name with strange characters", [user(.text("a")), assistant(call("1", "my.tool v2")), user(result("1"))],
        [user(.text("a")), assistant(call("1", "my_tool_v2")), user(result("1"))]),
    RepairCase(
        "names as the offered tools have them",
        [user(.text("a")), assistant(call("1", "my.tool"), call("2", "my_tool")), user(result("1"), result("2"))],
        [user(.text("a")), assistant(call("1", "my_tool_2"), call("2", "my_tool")), user(result("1"), result("2"))],
        rules: MessageRules(tools: ToolNames(["my.tool", "my_tool"]))),
    RepairCase(
        "input that is no object",
        [
            user(.text("a")), assistant(call("1", "f", .null), call("2", "f", .array([.integer(1)]))),
            user(result("1"), result("2")),
        ],
        [
            user(.text("a")), assistant(call("1", "f"), call("2", "f", .object(["input": .array([.integer(1)])]))),
            user(result("1"), result("2")),
        ]),
    RepairCase(
        "an empty result",
        [
            user(.text("a")), assistant(call("1"), call("2")),
            user(.toolResult(id: "1", content: [], status: .error), result("2", " ")),
        ],
        [
            user(.text("a")), assistant(call("1"), call("2")),
            user(.toolResult(id: "1", content: [.text("(no output)")], status: .error), result("2", "(no output)")),
        ]),
    RepairCase(
        "a result that is no JSON object",
        [user(.text("a")), assistant(call("1")), user(.toolResult(id: "1", content: [.json(.array([.null]))], status: nil))],
        [user(.text("a")), assistant(call("1")), user(result("1", "[null]"))]),
    RepairCase(
        "tool history without tools",
        [
            user(.text("a")), assistant(.text("b"), call("1")),
            user(
                .toolResult(
                    id: "1", content: [.json(.object(["n": .integer(1)])), .text("x"), .image(format: "png", bytes: [1])],
                    status: nil)),
        ],
        [
            user(.text("a")), assistant(.text("b"), .text("[Called the tool find with {}]")),
            user(.text("[The tool answered: {\"n\":1}\nx]"), image()),
        ],
        rules: MessageRules()),
    RepairCase(
        "tool blocks in the wrong role", [user(.text("a"), call("1")), assistant(result("1"), .text("b")), user(.text("c"))],
        [
            user(.text("a"), .text("[Called the tool find with {}]")), assistant(.text("[The tool answered: 42]"), .text("b")),
            user(.text("c")),
        ]),
    RepairCase(
        "a call at the very end", [user(.text("a")), assistant(call("1"))],
        [user(.text("a")), assistant(.text("[Called the tool find with {}]"))]),
]

private let attachmentCases: [RepairCase] = [
    RepairCase(
        "a document without text", [user(document("report"))], [user(document("report"), .text(MessageRepair.documentCompanion))]),
    RepairCase(
        "documents of one name",
        [user(.text("a"), document("r"), document("r")), assistant(.text("b")), user(.text("c"), document("r"))],
        [user(.text("a"), document("r"), document("r-2")), assistant(.text("b")), user(.text("c"), document("r-3"))]),
    RepairCase(
        "long document names with a space where the number goes",
        [user(.text("a"), document(longName), document(longName))],
        [user(.text("a"), document(longName), document(String(repeating: "n", count: 197) + " -2"))]),
    RepairCase(
        "a document's name with strange characters",
        [user(.text("a"), document("  Bericht_2024 \n v1.pdf "), document("…"), document(""))],
        [user(.text("a"), document("Bericht-2024 v1-pdf"), document("-"), document("document"))]),
    RepairCase(
        "too many documents",
        [
            user(.text("a"), document("1"), document("2")), assistant(.text("b")),
            user(.text("c"), document("3"), document("4"), document("5"), document("6")),
        ],
        [
            user(.text("a"), .text("[The document 1 was left out: a request holds at most 5]"), document("2")),
            assistant(.text("b")),
            user(.text("c"), document("3"), document("4"), document("5"), document("6")),
        ]),
    RepairCase(
        "a document of unknown format", [user(document("x", "exe"))],
        [user(.text("[The document x was left out: its format is unknown to Amazon Bedrock]"))]),
    RepairCase(
        "a document too large", [user(.document(format: "pdf", name: "x", bytes: [UInt8](repeating: 1, count: 4_500_001)))],
        [user(.text("[The document x was left out: it has more than 4.5 MB]"))]),
    RepairCase(
        "an image too large", [user(.image(format: "png", bytes: [UInt8](repeating: 1, count: 3_750_001)), image())],
        [user(.text("[An image was left out: it has more than 3.75 MB]"), image())]),
    RepairCase(
        "images of an unknown format, and empty", [user(.image(format: "tiff", bytes: [1]), .image(format: "png", bytes: []))],
        [
            user(
                .text("[An image was left out: its format is none of png, jpeg, gif, webp]"),
                .text("[An image was left out: it is empty]"))
        ]),
    RepairCase(
        "an assistant's attachments", [user(.text("a")), assistant(image(), document("x")), user(.text("b"))],
        [
            user(.text("a")),
            assistant(
                .text("[An image was left out: only a user's turn can hold one]"),
                .text("[The document x was left out: only a user's turn can hold one]")),
            user(.text("b")),
        ]),
    RepairCase(
        "attachments for a model that reads text alone", [user(image(), document("x"), .text("a"))],
        [
            user(
                .text("[An image was left out: this model takes none]"),
                .text("[The document x was left out: this model takes none]"), .text("a"))
        ],
        rules: MessageRules(takesImages: false, takesDocuments: false)),
]

struct MessageRepairTests {
    @Test(arguments: turnCases) func `repairs turns`(_ one: RepairCase) { check(one) }
    @Test(arguments: toolCases) func `repairs tool calls`(_ one: RepairCase) { check(one) }
    @Test(arguments: attachmentCases) func `repairs attachments`(_ one: RepairCase) { check(one) }

    private func check(_ one: RepairCase) {
        let repair = MessageRepair(one.rules)
        let repaired = repair.repaired(one.given)
        #expect(repaired == one.expected)
        #expect(repair.repaired(repaired) == repaired)
        let rules = ConverseRules(hasTools: one.rules.tools != nil, takesPrefill: one.rules.takesPrefill)
        #expect(rules.faults(repaired) == [])
    }

    @Test func `keeps the newest twenty images, those in tool results too`() {
        let inResult = ContentBlock.toolResult(
            id: "1", content: [.image(format: "png", bytes: [1]), .text("x"), .image(format: "png", bytes: [2])], status: nil)
        let given = [
            user(image(0)), assistant(call("1")), user(inResult), assistant(.text("b")),
            ConverseMessage(role: .user, content: (0..<19).map { image(UInt8($0)) }),
        ]
        let repaired = MessageRepair(MessageRules(tools: ToolNames())).repaired(given)
        let note = "[An image was left out: a request holds at most 20]"
        #expect(repaired[0] == user(.text(note)))
        #expect(
            repaired[2]
                == user(.toolResult(id: "1", content: [.text(note), .text("x"), .image(format: "png", bytes: [2])], status: nil)))
        #expect(repaired[4] == given[4])
        #expect(ConverseRules().faults(repaired) == [])
    }

    @Test func `takes linear time over calls of one id and documents of one name`() {
        let count = 20_000
        let calls = ConverseMessage(role: .assistant, content: (0..<count).map { _ in call("c") })
        let results = ConverseMessage(role: .user, content: (0..<count).map { _ in result("c") })
        let marks = "e" + String(repeating: "\u{301}", count: count)
        let given = [user(.text("a")), calls, results, assistant(call(marks, marks)), user(result(marks), document(marks))]
        let clock = ContinuousClock()
        var repaired: [ConverseMessage] = []
        // A quarter of a second; quadratic time would take minutes.
        let time = clock.measure { repaired = MessageRepair(MessageRules(tools: ToolNames())).repaired(given) }
        #expect(time < .seconds(20))
        // Not all the rules: they would take ten times as long as the repair.
        let ids = repaired[1].content.compactMap { if case .toolUse(let id, _, _) = $0 { id } else { nil } }
        #expect(ids.count == count && Set(ids).count == ids.count)
    }
}
