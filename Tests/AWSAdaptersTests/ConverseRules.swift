import AWS

@testable import AWSAdapters

/// Whether Converse takes a conversation: written from the service's rules alone, without a look at the repair.
struct ConverseRules {
    var hasTools = true
    var takesPrefill = true
    var takesAttachments = true

    /// What is wrong; empty for a good conversation.
    func faults(_ messages: [ConverseMessage]) -> [String] {
        var faults: [String] = []
        if messages.isEmpty { faults.append("no message") }
        for (index, message) in messages.enumerated() {
            if (message.role == .user) != (index % 2 == 0) { faults.append("turn \(index) has the wrong role") }
            faults += turnFaults(message, index)
        }
        faults += toolFaults(messages) + attachmentFaults(messages) + endFaults(messages)
        return faults
    }

    private func turnFaults(_ message: ConverseMessage, _ index: Int) -> [String] {
        var faults: [String] = []
        let kinds = message.content.map(kind)
        if kinds.allSatisfy({ $0 == "cache" || $0 == "reasoning" }) { faults.append("turn \(index) says nothing") }
        for block in message.content {
            if case .text(let text) = block, text.allSatisfy(\.isWhitespace) { faults.append("blank text in turn \(index)") }
        }
        let allowed: [String] =
            message.role == .user ? ["result", "text", "image", "document", "cache"] : ["reasoning", "text", "use", "cache"]
        if let stranger = kinds.first(where: { !allowed.contains($0) }) { faults.append("\(stranger) in turn \(index)") }
        let order = message.role == .user ? ["result", "other"] : ["reasoning", "text", "use", "cache"]
        let ranks = kinds.map { kind in order.firstIndex(of: kind) ?? 1 }
        if ranks != ranks.sorted() { faults.append("blocks of turn \(index) are out of order: \(kinds)") }
        return faults
    }

    private func kind(_ block: ContentBlock) -> String {
        switch block {
        case .text: "text"
        case .image: "image"
        case .document: "document"
        case .toolUse: "use"
        case .toolResult: "result"
        case .reasoning, .redactedReasoning: "reasoning"
        case .cachePoint: "cache"
        case .unknown: "unknown"
        }
    }

    private func toolFaults(_ messages: [ConverseMessage]) -> [String] {
        var faults: [String] = []
        var seen: Set<String> = []
        var open: Set<String> = []
        for (index, message) in messages.enumerated() {
            let uses = message.content.compactMap { block -> (String, String, JSONDocument)? in
                if case .toolUse(let id, let name, let input) = block { (id, name, input) } else { nil }
            }
            let results = message.content.compactMap { block -> (String, [ToolResultContent])? in
                if case .toolResult(let id, let content, _) = block { (id, content) } else { nil }
            }
            if !hasTools, !uses.isEmpty || !results.isEmpty { faults.append("tool blocks without tools in turn \(index)") }
            if Set(results.map(\.0)) != open || results.count != open.count {
                faults.append("turn \(index) does not answer \(open)")
            }
            for (_, content) in results where content.isEmpty { faults.append("empty result in turn \(index)") }
            for case .text(let text) in results.flatMap(\.1) where text.allSatisfy(\.isWhitespace) {
                faults.append("blank result")
            }
            open = []
            for (id, name, input) in uses {
                if !seen.insert(id).inserted { faults.append("id \(id) twice") }
                open.insert(id)
                if id.wholeMatch(of: /[a-zA-Z0-9_.:-]{1,64}/) == nil { faults.append("id \(id)") }
                if name.wholeMatch(of: /[a-zA-Z0-9_-]{1,64}/) == nil { faults.append("name \(name)") }
                if case .object = input {} else { faults.append("input of \(id) is no object") }
            }
        }
        if !open.isEmpty { faults.append("calls without result at the end") }
        return faults
    }

    private func attachmentFaults(_ messages: [ConverseMessage]) -> [String] {
        var faults: [String] = []
        var names: [String] = []
        var images = 0
        for message in messages {
            var hasText = false
            var hasDocument = false
            for block in message.content {
                switch block {
                case .text: hasText = true
                case .image(let format, let bytes):
                    images += 1
                    if !["png", "jpeg", "gif", "webp"].contains(format) || bytes.isEmpty || bytes.count > 3_750_000 {
                        faults.append("image")
                    }
                case .toolResult(_, let content, _): for case .image in content { images += 1 }
                case .document(let format, let name, let bytes):
                    hasDocument = true
                    names.append(name)
                    if bytes.isEmpty || bytes.count > 4_500_000 || format == "exe" { faults.append("document \(name)") }
                default: break
                }
            }
            if hasDocument, !hasText { faults.append("document without text") }
        }
        if !takesAttachments, images > 0 || !names.isEmpty { faults.append("attachments") }
        if images > 20 { faults.append("\(images) images") }
        if names.count > 5 { faults.append("\(names.count) documents") }
        if Set(names).count != names.count { faults.append("document names \(names)") }
        for name in names where name.wholeMatch(of: /[a-zA-Z0-9\-()\[\]]+( [a-zA-Z0-9\-()\[\]]+)*/) == nil || name.count > 200 {
            faults.append("document name \(name)")
        }
        return faults
    }

    private func endFaults(_ messages: [ConverseMessage]) -> [String] {
        guard let last = messages.last, last.role == .assistant else { return [] }
        if !takesPrefill { return ["ends with an assistant turn"] }
        for case .text(let text) in last.content.suffix(1) where text.last?.isWhitespace == true {
            return ["prefill ends in white space"]
        }
        return []
    }
}
