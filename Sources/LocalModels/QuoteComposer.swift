internal import RAG

/// Puts quotes into a readable order: documents by their best quote, within a document by position, neighbours together.
enum QuoteComposer {
    /// The answer sentence by sentence; joined, the pieces are the answer. Each run of neighbours ends with its marker.
    static func pieces(_ quotes: [Quote], passages: [Passage]) -> [String] {
        let ordered = ordered(quotes, passages)
        var pieces: [String] = []
        for (index, quote) in ordered.enumerated() {
            let previous = index > 0 ? ordered[index - 1] : nil
            let joinsPrevious = previous.map { isNeighbour($0, quote) } ?? true
            let joinsNext = index + 1 < ordered.count && isNeighbour(quote, ordered[index + 1])
            let separator = previous == nil ? "" : joinsPrevious ? " " : "\n\n"
            let label = previous == nil || !joinsPrevious ? label(quote, passages[quote.passage]) : ""
            pieces.append(separator + withoutMarkers(label + quote.text) + (joinsNext ? "" : marker(quote.passage + 1)))
        }
        return pieces
    }

    /// A passage's own `[2]`, a note or an index, would pass for a marker of this answer and cite another passage: an invisible
    /// word joiner (U+2060) behind the bracket sets it apart.
    static func withoutMarkers(_ text: String) -> String {
        var view = String.UnicodeScalarView()
        var isOpen = false
        for scalar in text.unicodeScalars {
            if isOpen, ("0"..."9").contains(scalar) || scalar == " " { view.append("\u{2060}") }
            view.append(scalar)
            isOpen = scalar == "["
        }
        return String(view)
    }

    static func marker(_ number: Int) -> String { " [\(number)]" }

    /// The marker with its space at the end of a piece.
    static func trailingMarker(of piece: String) -> String? {
        guard piece.hasSuffix("]"), let open = piece.lastIndex(of: "["), open > piece.startIndex else { return nil }
        let digits = piece[piece.index(after: open)...].dropLast()
        guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }), piece[piece.index(before: open)] == " " else {
            return nil
        }
        return " [\(digits)]"
    }

    private static func ordered(_ quotes: [Quote], _ passages: [Passage]) -> [Quote] {
        var rank: [String: Int] = [:]
        for quote in quotes where rank[passages[quote.passage].documentID] == nil {
            rank[passages[quote.passage].documentID] = rank.count
        }
        func key(_ quote: Quote) -> (Int, Int, Int) {
            let passage = passages[quote.passage]
            return (rank[passage.documentID] ?? 0, passage.range.lowerBound, quote.sentence)
        }
        return quotes.sorted { key($0) < key($1) }
    }

    private static func isNeighbour(_ first: Quote, _ second: Quote) -> Bool {
        first.passage == second.passage && second.sentence == first.sentence + 1 && first.kind == .prose && second.kind == .prose
    }

    private static let shortScalars = 60

    /// Rows, list items and short sentences say little without the heading above them.
    private static func label(_ quote: Quote, _ passage: Passage) -> String {
        guard let heading = passage.headings.last, !heading.isEmpty,
            quote.kind != .prose || quote.text.unicodeScalars.count < shortScalars
        else { return "" }
        let line = QuoteRanker.collapsed(Array(heading.unicodeScalars)[...])
        return line.isEmpty || quote.text.contains(line) ? "" : line + ": "
    }
}
