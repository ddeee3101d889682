internal import AWS

extension MessageRepair {
    /// Beside a document there must be text.
    static let documentCompanion = "(See the attached document.)"

    /// Why an image cannot be sent; nil if it can.
    func imageFault(_ format: String, _ bytes: [UInt8]) -> String? {
        if !rules.takesImages { return "this model takes none" }
        if !MessageRules.imageFormats.contains(format) { return "its format is none of png, jpeg, gif, webp" }
        if bytes.isEmpty { return "it is empty" }
        return bytes.count > MessageRules.imageBytesMax ? "it has more than 3.75 MB" : nil
    }

    /// Why a document cannot be sent; nil if it can.
    func documentFault(_ format: String, _ bytes: [UInt8]) -> String? {
        if !rules.takesDocuments { return "this model takes none" }
        if !MessageRules.documentFormats.contains(format) { return "its format is unknown to Amazon Bedrock" }
        if bytes.isEmpty { return "it is empty" }
        return bytes.count > MessageRules.documentBytesMax ? "it has more than 4.5 MB" : nil
    }

    static func imageNote(_ fault: String) -> String { "[An image was left out: \(fault)]" }
    static func imageLeftOut(_ fault: String) -> ContentBlock { .text(imageNote(fault)) }

    static func documentLeftOut(_ name: String, _ fault: String) -> ContentBlock {
        .text("[The document \(documentName(name)) was left out: \(fault)]")
    }

    /// The newest images and documents as far as they fit, documents under names of their own and with text beside them.
    func withAttachmentsInBounds(_ turns: [ConverseMessage]) -> [ConverseMessage] {
        var turns = turns
        var room = Room()
        for turn in turns.indices.reversed() {
            for block in turns[turn].content.indices.reversed() { room.take(&turns[turn].content[block]) }
        }
        guard room.hasDocuments else { return turns }
        var names = UniqueNames(countMax: MessageRules.documentNameCountMax, separator: "-")
        for turn in turns.indices { Self.nameDocuments(in: &turns[turn].content, &names) }
        return turns
    }

    private static func nameDocuments(in content: inout [ContentBlock], _ names: inout UniqueNames) {
        var hasDocument = false
        var hasText = false
        for index in content.indices {
            switch content[index] {
            case .document(let format, let name, let bytes):
                hasDocument = true
                content[index] = .document(format: format, name: names.claim(documentName(name)), bytes: bytes)
            case .text: hasText = true
            default: break
            }
        }
        if hasDocument, !hasText { content.append(.text(documentCompanion)) }
    }

    /// Letters, digits, single spaces, hyphens, parentheses and brackets.
    static func documentName(_ name: String) -> String {
        var safe = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            if safe.count == MessageRules.documentNameCountMax { break }
            let isSpace = scalar.properties.isWhitespace
            if isSpace, safe.isEmpty || safe.last == " " { continue }
            let isAllowed = scalar.isASCIIAlphanumeric || "-()[]".unicodeScalars.contains(scalar)
            safe.append(isSpace ? " " : isAllowed ? scalar : "-")
        }
        while safe.last == " " { safe.removeLast() }
        return safe.isEmpty ? "document" : String(safe)
    }

    /// What one request can still hold.
    private struct Room {
        private var images = MessageRules.imagesMax
        private var documents = MessageRules.documentsMax

        var hasDocuments: Bool { documents < MessageRules.documentsMax }

        mutating func take(_ block: inout ContentBlock) {
            switch block {
            case .image where images > 0: images -= 1
            case .image: block = imageLeftOut(Self.imagesFault)
            case .document where documents > 0: documents -= 1
            case .document(_, let name, _):
                block = documentLeftOut(name, "a request holds at most \(MessageRules.documentsMax)")
            case .toolResult(let id, var content, let status):
                for index in content.indices.reversed() { take(&content[index]) }
                block = .toolResult(id: id, content: content, status: status)
            case .text, .toolUse, .reasoning, .redactedReasoning, .cachePoint, .unknown: break
            }
        }

        private mutating func take(_ item: inout ToolResultContent) {
            guard case .image = item else { return }
            if images > 0 { images -= 1 } else { item = .text(imageNote(Self.imagesFault)) }
        }

        private static let imagesFault = "a request holds at most \(MessageRules.imagesMax)"
    }
}
