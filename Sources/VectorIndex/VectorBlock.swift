import CKernels

/// Up to 1,024 rows of one index.
struct VectorBlock: Sendable {
    let dimensions: Int
    /// `ids[r]` names row r.
    private(set) var ids: [Int64] = []
    /// [ids.count × dimensions], row after row without gaps.
    private var rows: [Float] = []
    /// Every id of the block lies between these; removals do not draw them closer.
    private(set) var lowestID = Int64.max
    private(set) var highestID = Int64.min

    init(dimensions: Int) { self.dimensions = dimensions }

    func row(of id: Int64) -> Int? {
        guard lowestID <= id, id <= highestID else { return nil }
        return ids.firstIndex(of: id)
    }

    var rowsByID: [Int] { ids.indices.sorted { ids[$0] < ids[$1] } }

    func vector(row: Int) -> ArraySlice<Float> { rows[row * dimensions..<(row + 1) * dimensions] }

    mutating func append(id: Int64, _ vector: some Collection<Float>) {
        if ids.isEmpty { ids.reserveCapacity(VectorIndex.rowsPerBlock) }
        lowestID = min(lowestID, id)
        highestID = max(highestID, id)
        ids.append(id)
        rows.append(contentsOf: vector)
    }

    mutating func replace(row: Int, with vector: [Float]) {
        rows.replaceSubrange(row * dimensions..<(row + 1) * dimensions, with: vector)
    }

    /// The last row takes the place of `row`.
    mutating func remove(row: Int) {
        let last = ids.count - 1
        if row != last {
            ids[row] = ids[last]
            replace(row: row, with: Array(vector(row: last)))
        }
        ids.removeLast()
        rows.removeLast(dimensions)
    }

    /// Keeps the lower half of the ids and gives the upper one.
    mutating func split() -> VectorBlock {
        var lower = VectorBlock(dimensions: dimensions)
        var upper = VectorBlock(dimensions: dimensions)
        for (place, row) in rowsByID.enumerated() {
            if place < ids.count / 2 {
                lower.append(id: ids[row], vector(row: row))
            } else {
                upper.append(id: ids[row], vector(row: row))
            }
        }
        self = lower
        return upper
    }

    /// `query` is [dimensions], `scores` has room for every row: the kernel reads and writes within both.
    func dotProducts(with query: [Float], into scores: inout [Float]) {
        precondition(query.count == dimensions && scores.count >= ids.count && rows.count == ids.count * dimensions)
        outcrop_dot_rows_f32(rows, ids.count, dimensions, query, &scores)
    }

    /// `row` is one of this block, so that the kernel stays within `rows`.
    func dotProduct(row: Int, with query: [Float]) -> Float {
        precondition(ids.indices.contains(row) && query.count == dimensions)
        return rows.withUnsafeBufferPointer { outcrop_dot_f32($0.baseAddress! + row * dimensions, query, dimensions) }
    }
}
