internal import RAG

/// Cuts an answer at the first stop sequence and at the token limit.
struct AnswerLimit {
    let options: GenerationOptions
    let counter: TokenCounter

    func applied(to pieces: [String]) -> (pieces: [String], reason: FinishReason) {
        let stopped = cutAtStop(pieces)
        guard let maxTokens = options.maxTokens, counter.count(stopped.joined()) > maxTokens else { return (stopped, .stop) }
        var kept: [String] = []
        for piece in stopped {
            if counter.count((kept + [piece]).joined()) <= maxTokens {
                kept.append(piece)
                continue
            }
            if let rest = longestPrefix(of: piece, after: kept.joined(), maxTokens: maxTokens) { kept.append(rest) }
            break
        }
        return (kept, .length)
    }

    /// A stop sequence may run over several pieces, so the complete answer is searched.
    private func cutAtStop(_ pieces: [String]) -> [String] {
        let whole = Array(pieces.joined().unicodeScalars)
        let starts = options.stop.compactMap { stop in
            stop.isEmpty ? nil : whole.firstRange(of: Array(stop.unicodeScalars))?.lowerBound
        }
        guard var left = starts.min() else { return pieces }
        var kept: [String] = []
        for piece in pieces where left > 0 {
            let part = String(piece.unicodeScalars.prefix(left))
            left -= part.unicodeScalars.count
            kept.append(part)
        }
        return kept
    }

    /// Whole words, and the sentence's marker where it still fits, so that even a cut quote names its source.
    private func longestPrefix(of piece: String, after kept: String, maxTokens: Int) -> String? {
        let marker = QuoteComposer.trailingMarker(of: piece) ?? ""
        let words = piece.dropLast(marker.count).split(separator: " ", omittingEmptySubsequences: false)
        for ending in marker.isEmpty ? [""] : [marker, ""] {
            var fitting = 0
            var tooMany = words.count + 1
            while fitting + 1 < tooMany {
                let middle = (fitting + tooMany) / 2
                let text = kept + words.prefix(middle).joined(separator: " ") + ending
                if counter.count(text) <= maxTokens { fitting = middle } else { tooMany = middle }
            }
            let text = words.prefix(fitting).joined(separator: " ")
            if text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) { return text + ending }
        }
        return nil
    }
}
