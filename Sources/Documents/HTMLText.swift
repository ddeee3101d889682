/// Renders HTML as the text a reader sees: blocks become lines and paragraphs, cells tabs, white space collapses except in `pre`.
struct HTMLText {
    private var tokenizer: HTMLTokenizer
    private var output: TextBuffer
    private let headingsMax: Int
    private var headings: [ExtractedDocument.Heading] = []
    private var title: String?
    /// White space owed before the next visible byte: line ends, tabs, one space.
    private var pendingLines = 0
    private var pendingTabs = 0
    private var pendingSpace = false
    private var trailingLines = 0
    private var isRowStarted = false
    private var preformattedDepth = 0
    /// Inside `template` or `svg`, whose text is not read.
    private var hiddenDepth = 0
    /// The open heading; its start is known once its first visible byte is written.
    private var heading: (level: Int, offset: Int, byte: Int)?
    private var headingLevel: Int?

    static func document(_ text: String, limits: TextExtractor.Limits) throws(ExtractionError) -> ExtractedDocument {
        var renderer = HTMLText(
            tokenizer: HTMLTokenizer(Array(text.utf8)), output: TextBuffer(byteCountMax: limits.textBytesMax),
            headingsMax: limits.headingsMax)
        try renderer.render()
        return ExtractedDocument(text: renderer.output.text, headings: renderer.headings, title: renderer.title)
    }

    private init(tokenizer: HTMLTokenizer, output: TextBuffer, headingsMax: Int) {
        self.tokenizer = tokenizer
        self.output = output
        self.headingsMax = headingsMax
    }

    private mutating func render() throws(ExtractionError) {
        while let token = tokenizer.next() {
            switch token {
            case .start(let name): start(name)
            case .end(let name): end(name)
            case .text(let range): if hiddenDepth == 0 { try append(range) }
            case .title(let range): if title == nil, hiddenDepth == 0 { title = pageTitle(range) }
            }
        }
        closeHeading()
        if output.scalarCount > 0, trailingLines == 0 { try write(0x0A) }
    }

    private mutating func start(_ name: String) {
        switch name {
        case "template", "svg": hiddenDepth += 1
        case "br": pendingLines = min(2, pendingLines + 1)
        case "td", "th":
            if isRowStarted { pendingTabs += 1 } else { isRowStarted = true }
        case "tr":
            isRowStarted = false
            breakLine(1)
        case "pre":
            preformattedDepth += 1
            breakLine(2)
        default:
            if let level = Self.headingLevel(name) {
                closeHeading()
                headingLevel = level
            }
            breakLine(Self.breaks[name] ?? 0)
        }
    }

    private mutating func end(_ name: String) {
        switch name {
        case "template", "svg": hiddenDepth = max(0, hiddenDepth - 1)
        case "td", "th", "br": break
        case "pre":
            preformattedDepth = max(0, preformattedDepth - 1)
            breakLine(2)
        default:
            if Self.headingLevel(name) != nil { closeHeading() }
            breakLine(Self.breaks[name] ?? 0)
        }
    }

    private static func headingLevel(_ name: String) -> Int? {
        guard name.utf8.count == 2, name.utf8.first == UInt8(ascii: "h"), let digit = name.utf8.last else { return nil }
        return 0x31...0x36 ~= digit ? Int(digit) - 0x30 : nil
    }

    /// Line ends around an element: 2 leaves a blank line, as browsers' margins do.
    private static let breaks: [String: Int] = {
        let paragraphs =
            "p h1 h2 h3 h4 h5 h6 blockquote table ul ol dl article section hr figure header footer main nav aside form"
        let lines =
            "div li dt dd tr caption figcaption option fieldset legend details summary address body html dialog center hgroup"
        let level2 = paragraphs.split(separator: " ").map { (String($0), 2) }
        return Dictionary(level2 + lines.split(separator: " ").map { (String($0), 1) }) { first, _ in first }
    }()

    private mutating func breakLine(_ count: Int) {
        guard count > 0 else { return }
        pendingLines = max(pendingLines, count)
        pendingTabs = 0
    }

    private mutating func closeHeading() {
        if let heading, headings.count < headingsMax {
            let bytes = output.bytes[heading.byte...]
            if let title = HeadingTitle.bounded(bytes) {
                let offset = heading.offset + HeadingTitle.leadingSpaceCount(bytes)
                headings.append(.init(offset: offset, level: heading.level, title: title))
            }
        }
        heading = nil
        headingLevel = nil
    }

    private mutating func append(_ range: Range<Int>) throws(ExtractionError) {
        let bytes = tokenizer.bytes
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "&"), let entity = HTMLEntity(bytes[index..<range.upperBound]) {
                index += entity.byteCount
                for scalar in entity.scalars {
                    if scalar.isASCII { try appendASCII(UInt8(scalar.value)) } else { try appendVisible(UTF8.encode(scalar)!) }
                }
            } else if byte < 0x80 {
                try appendASCII(byte)
            } else {
                try flush()
                try write(byte)
            }
        }
    }

    private mutating func appendASCII(_ byte: UInt8) throws(ExtractionError) {
        if !byte.isASCIISpace {
            try flush()
            try write(byte)
        } else if preformattedDepth == 0 {
            pendingSpace = true
        } else if byte == 0x0A {
            pendingSpace = false
            try write(byte)
        } else {
            try flush()
            try write(byte == 0x09 ? byte : 0x20)
        }
    }

    private mutating func appendVisible(_ bytes: some Sequence<UInt8>) throws(ExtractionError) {
        try flush()
        for byte in bytes { try write(byte) }
    }

    private mutating func write(_ byte: UInt8) throws(ExtractionError) {
        try output.append(byte)
        trailingLines = byte == 0x0A ? trailingLines + 1 : 0
    }

    /// Pays the white space owed; called before every visible byte.
    private mutating func flush() throws(ExtractionError) {
        if pendingLines > 0 || pendingTabs > 0 || pendingSpace { try payWhiteSpace() }
        if let level = headingLevel, heading == nil { heading = (level, output.scalarCount, output.bytes.count) }
    }

    private mutating func payWhiteSpace() throws(ExtractionError) {
        if output.scalarCount > 0 {
            while trailingLines < pendingLines { try write(0x0A) }
            for _ in 0..<pendingTabs { try write(0x09) }
            if pendingSpace, pendingLines == 0, pendingTabs == 0, trailingLines == 0 { try write(0x20) }
        }
        (pendingLines, pendingTabs, pendingSpace) = (0, 0, false)
    }

    private func pageTitle(_ range: Range<Int>) -> String? {
        HeadingTitle.bounded(HTMLEntity.decoded(tokenizer.bytes[range].prefix(4_096))[...])
    }
}
