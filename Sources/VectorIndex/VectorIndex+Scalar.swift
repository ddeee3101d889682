import CKernels

extension VectorIndex {
    /// The reference: every row, one scalar operation at a time, then a full sort. Slow on purpose; `search` must equal it.
    package func searchScalar(_ query: [Float], topK: Int, isIncluded: ((Int64) -> Bool)? = nil) -> [Hit] {
        var hits: [Hit] = []
        for block in blocks {
            for (row, id) in block.ids.enumerated() where isIncluded?(id) ?? true {
                hits.append(Hit(id: id, score: outcrop_dot_f32_scalar(query, Array(block.vector(row: row)), dimensions)))
            }
        }
        return Array(hits.filter { !$0.score.isNaN }.sorted { $0.precedes($1) }.prefix(max(0, topK)))
    }
}
