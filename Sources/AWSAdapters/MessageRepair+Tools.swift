internal import AWS

extension MessageRepair {
    /// Every call with its result in the turn behind it, under an id of its own; calls without result and results without call as text.
    ///
    /// A result belongs to the latest call with its id that still waits, so ids that a client uses again in each turn are told apart.
    /// `turns` alternate.
    func paired(_ turns: [ConverseMessage], _ names: ToolNames) -> [ConverseMessage] {
        let pairs = ToolPairs(turns)
        var moved: [Int: [ContentBlock]] = [:]
        var output = turns
        for turn in turns.indices {
            output[turn].content = []
            for (index, block) in turns[turn].content.enumerated() {
                let place = ToolPairs.Place(turn: turn, block: index)
                switch block {
                case .toolUse(_, let name, let input):
                    if let id = pairs.ids[place] {
                        output[turn].content.append(.toolUse(id: id, name: names.bedrockName(name), input: input))
                    } else {
                        output[turn].content.append(Self.flattened(call: block))
                    }
                case .toolResult(_, let content, let status):
                    guard let call = pairs.calls[place], let id = pairs.ids[call] else {
                        output[turn].content += Self.flattened(result: content)
                        continue
                    }
                    let result = ContentBlock.toolResult(id: id, content: content, status: status)
                    if call.turn + 1 == turn {
                        output[turn].content.append(result)
                    } else {
                        moved[call.turn + 1, default: []].append(result)
                    }
                default: output[turn].content.append(block)
                }
            }
        }
        for (turn, results) in moved { output[turn].content += results }
        return output
    }
}

/// Which result answers which call, and the id both get.
private struct ToolPairs {
    struct Place: Hashable {
        var turn: Int
        var block: Int
    }

    /// The id of each call that has a result.
    private(set) var ids: [Place: String] = [:]
    /// The call of each result that has one.
    private(set) var calls: [Place: Place] = [:]

    init(_ turns: [ConverseMessage]) {
        var waiting: [[UInt8]: [WaitingTurn]] = [:]
        for (turn, message) in turns.enumerated() {
            for (block, content) in message.content.enumerated() {
                let place = Place(turn: turn, block: block)
                switch content {
                case .toolUse(let id, _, _): Self.wait(place, &waiting[Array(id.utf8), default: []])
                case .toolResult(let id, _, _):
                    if let call = Self.take(&waiting[Array(id.utf8), default: []]) { calls[place] = call }
                default: break
                }
            }
        }
        name(turns)
    }

    /// Calls of one turn under one id, in order, answered from the front.
    private struct WaitingTurn {
        var turn: Int
        var places: [Place]
        var answered = 0
    }

    private static func wait(_ place: Place, _ stack: inout [WaitingTurn]) {
        if let last = stack.indices.last, stack[last].turn == place.turn {
            stack[last].places.append(place)
        } else {
            stack.append(WaitingTurn(turn: place.turn, places: [place]))
        }
    }

    private static func take(_ stack: inout [WaitingTurn]) -> Place? {
        guard let last = stack.indices.last else { return nil }
        let place = stack[last].places[stack[last].answered]
        stack[last].answered += 1
        if stack[last].answered == stack[last].places.count { stack.removeLast() }
        return place
    }

    private mutating func name(_ turns: [ConverseMessage]) {
        var unique = UniqueNames(countMax: MessageRules.toolUseIDCountMax, separator: "_")
        let answered = calls.values.sorted { ($0.turn, $0.block) < ($1.turn, $1.block) }
        for call in answered {
            guard case .toolUse(let id, _, _) = turns[call.turn].content[call.block] else { continue }
            ids[call] = unique.claim(Self.sanitised(id))
        }
    }

    private static func sanitised(_ id: String) -> String {
        let safe = id.replacing(countMax: MessageRules.toolUseIDCountMax) {
            $0.isASCIIAlphanumeric || "_.:-".unicodeScalars.contains($0)
        }
        return safe.isEmpty ? "call" : safe
    }
}
