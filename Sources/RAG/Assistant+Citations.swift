extension Assistant {
    /// One citation per passage that the answer marks, by number. An answer without any usable marker cites all its passages,
    /// because each may have shaped it. A passage that no longer stands in its document word for word gets none.
    func citations(of passages: [Passage], marked markers: [MarkerScanner.Marker]) async throws -> [Citation] {
        let ranges = Dictionary(grouping: markers.filter { (1...max(passages.count, 1)).contains($0.number) }, by: \.number)
        var citations: [Citation] = []
        for (index, passage) in passages.enumerated() {
            let own = ranges[index + 1]
            guard ranges.isEmpty || own != nil, try await isVerbatim(passage) else { continue }
            citations.append(Citation(passage, number: index + 1, markers: own?.map(\.range) ?? []))
        }
        return citations
    }

    /// A check that fails proves nothing, so it drops the citation; the answer itself is not at stake.
    private func isVerbatim(_ passage: Passage) async throws -> Bool {
        let stored = try? await retriever.storedText(documentID: passage.documentID, range: passage.range)
        try Task.checkCancellation()
        return stored.map { $0.unicodeScalars.elementsEqual(passage.text.unicodeScalars) } ?? false
    }
}

extension Citation {
    fileprivate init(_ passage: Passage, number: Int, markers: [Range<Int>]) {
        self.init(
            number: number, documentID: passage.documentID, filename: passage.filename, page: passage.page, excerpt: passage.text,
            range: passage.range, score: passage.score, markers: markers, uri: passage.uri)
    }
}
