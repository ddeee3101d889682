import AWS
import Testing

@testable import AWSAdapters

/// Random conversations: whatever comes, what goes out is good, stays as it is when repaired again, and good ones are left alone.
struct MessageRepairPropertyTests {
    private static let combinations: [(hasTools: Bool, takesPrefill: Bool, takesAttachments: Bool)] = [
        (true, true, true), (false, true, true), (true, false, true), (false, false, false),
    ]

    private func each(_ body: (inout SplitMix64, MessageRepair, ConverseRules) -> String?) {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        for round in 0..<1_500 {
            let (hasTools, takesPrefill, takesAttachments) = Self.combinations[round % Self.combinations.count]
            let repair = MessageRepair(
                MessageRules(
                    tools: hasTools ? ToolNames(["f", "g.h"]) : nil, takesPrefill: takesPrefill, takesImages: takesAttachments,
                    takesDocuments: takesAttachments))
            let rules = ConverseRules(hasTools: hasTools, takesPrefill: takesPrefill, takesAttachments: takesAttachments)
            if let fault = body(&random, repair, rules) {
                Issue.record("seed \(seed), round \(round): \(fault)")
                return
            }
        }
    }

    @Test func `any conversation comes out good and stays so`() {
        each { random, repair, rules in
            let given = RandomConversation.wild(&random)
            let once = repair.repaired(given)
            let faults = rules.faults(once)
            if !faults.isEmpty { return "\(faults) in \(once) from \(given)" }
            return repair.repaired(once) == once ? nil : "not idempotent: \(once) from \(given)"
        }
    }

    @Test func `no text that says something is lost, or changes its role`() {
        each { random, repair, _ in
            let given = RandomConversation.wild(&random)
            var left = Self.texts(repair.repaired(given))
            for text in Self.texts(given) {
                guard let index = left.firstIndex(of: text) else {
                    return "\(text) is missing in \(repair.repaired(given)) from \(given)"
                }
                left.remove(at: index)
            }
            return nil
        }
    }

    /// Role and text, without the white space that a prefill loses at its end.
    private static func texts(_ messages: [ConverseMessage]) -> [String] {
        messages.flatMap { message in
            message.content.compactMap { block in
                guard case .text(let text) = block, !text.isBlank else { return nil }
                var visible = text[...]
                while visible.last?.isWhitespace == true { visible.removeLast() }
                return "\(message.role): \(visible)"
            }
        }
    }

    @Test func `a good conversation is left alone`() {
        each { random, repair, rules in
            let given = RandomConversation.good(&random, rules)
            let faults = rules.faults(given)
            if !faults.isEmpty { return "the test's own conversation has \(faults): \(given)" }
            return repair.repaired(given) == given ? nil : "changed: \(given) to \(repair.repaired(given))"
        }
    }
}

enum RandomConversation {
    private static let texts = ["", " ", "\n\t", "\u{200B}", "a", "b ", " c\r\n", "é", "\u{301}", "[x]"]
    private static let longNames = ["n", "n n", "n  "].map { String(String(repeating: $0, count: 300).prefix(260)) }
    private static let ids = ["1", "2", "3", "a/b", "a#b", "a_b", "", String(repeating: "i", count: 70)]
    private static let names = ["f", "g.h", "", "ü", String(repeating: "n", count: 99)]
    private static let inputs: [JSONDocument] = [
        .object([:]), .null, .string("x"), .object(["a": .array([.integer(1), .bool(true)])]),
    ]

    /// Anything at all, in any order; at times of a few kinds only, so that there are too many of one.
    static func wild(_ random: inout SplitMix64) -> [ConverseMessage] {
        let all = Array(0..<kindCount)
        let kinds = Int.random(in: 0..<3, using: &random) > 0 ? all : Array(all.shuffled(using: &random).prefix(2))
        return (0..<Int.random(in: 0...9, using: &random)).map { _ in
            ConverseMessage(
                role: Bool.random(using: &random) ? .user : .assistant,
                content: (0..<Int.random(in: 0...6, using: &random)).map { _ in block(pick(kinds, &random), &random) })
        }
    }

    private static let kindCount = 12

    private static func pick<T>(_ items: [T], _ random: inout SplitMix64) -> T {
        items[Int.random(in: 0..<items.count, using: &random)]
    }

    private static func block(_ kind: Int, _ random: inout SplitMix64) -> ContentBlock {
        switch kind {
        case 0...3: .text(pick(texts, &random))
        case 4: .image(format: pick(["png", "jpeg", "bmp"], &random), bytes: pick([[], [1], [2, 3]], &random))
        case 5:
            .document(
                format: pick(["pdf", "txt", "exe"], &random), name: pick(texts + ids + longNames, &random),
                bytes: pick([[], [1]], &random))
        case 6, 7: .toolUse(id: pick(ids, &random), name: pick(names, &random), input: pick(inputs, &random))
        case 8, 9: .toolResult(id: pick(ids, &random), content: results(&random), status: pick([nil, .error, .success], &random))
        case 10:
            pick(
                [.reasoning(text: pick(texts, &random), signature: pick([nil, "s"], &random)), .redactedReasoning([1])], &random)
        default: pick([.cachePoint, .unknown("video")], &random)
        }
    }

    private static func results(_ random: inout SplitMix64) -> [ToolResultContent] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
            switch Int.random(in: 0..<4, using: &random) {
            case 0: .json(pick(inputs, &random))
            case 1: .image(format: "png", bytes: [1])
            case 2: .unknown("video")
            default: .text(pick(texts, &random))
            }
        }
    }

    /// One that follows every rule.
    static func good(_ random: inout SplitMix64, _ rules: ConverseRules) -> [ConverseMessage] {
        var turns: [ConverseMessage] = []
        var open: [String] = []
        var nextID = 0
        var documents = 0
        var images = 0
        let exchanges = Int.random(in: 0...4, using: &random)
        for exchange in 0...exchanges {
            var content = open.shuffled(using: &random).map {
                ContentBlock.toolResult(id: $0, content: [.text("r"), .json(.object([:]))], status: .success)
            }
            if content.isEmpty || Bool.random(using: &random) { content.append(.text("question ")) }
            if rules.takesAttachments, images < 20, Bool.random(using: &random) {
                content.append(.image(format: "webp", bytes: [7]))
                images += 1
            }
            if rules.takesAttachments, documents < 5, Bool.random(using: &random) {
                documents += 1
                content += [.document(format: "md", name: "note (\(documents)) [x]", bytes: [1]), .text("read it")]
            }
            if Bool.random(using: &random) { content.append(.cachePoint) }
            turns.append(ConverseMessage(role: .user, content: content))
            open = []
            let isLast = exchange == exchanges
            if isLast, !rules.takesPrefill || Bool.random(using: &random) { break }
            var answer: [ContentBlock] =
                Bool.random(using: &random) ? [.reasoning(text: "t", signature: "s"), .redactedReasoning([1])] : []
            answer.append(.text(isLast ? "answer" : "answer "))
            if rules.hasTools, !isLast {
                open = (0..<Int.random(in: 0...3, using: &random)).map { "call_\(nextID + $0)" }
                nextID += open.count
                answer += open.map { .toolUse(id: $0, name: "f", input: .object(["q": .string("x")])) }
            }
            turns.append(ConverseMessage(role: .assistant, content: answer))
        }
        return turns
    }
}
