/// Exact cosine top-k over unit vectors held in memory. A value: readers keep theirs while a writer makes the next.
///
/// Rows lie in blocks of 1,024 behind copy-on-write arrays, so that a copy costs one reference per block and a change after
/// it copies one block (1.5 MiB at 384 dimensions), not the index. There is no table from id to row: the blocks divide the
/// ids among them in order, as the leaves of a B-tree do, so that an id is sought in one block only.
package struct VectorIndex: Sendable {
    package struct Hit: Hashable, Sendable {
        package var id: Int64
        /// Dot product of unit vectors, not clamped.
        package var score: Float

        package init(id: Int64, score: Float) {
            self.id = id
            self.score = score
        }

        /// Higher scores first, ties by smaller id.
        package func precedes(_ other: Hit) -> Bool { score > other.score || (score == other.score && id < other.id) }
    }

    package static let rowsPerBlock = 1_024

    package let dimensions: Int
    package private(set) var count = 0
    private(set) var blocks: [VectorBlock] = []

    package init(dimensions: Int) {
        precondition(dimensions > 0)
        self.dimensions = dimensions
    }

    /// Adds or replaces. `vector` is [dimensions] and of unit length (or all zero).
    package mutating func insert(id: Int64, _ vector: [Float]) {
        precondition(vector.count == dimensions, "a vector of \(vector.count) dimensions in an index of \(dimensions)")
        if let (block, row) = locate(id) {
            blocks[block].replace(row: row, with: vector)
            return
        }
        let block = makeRoom(for: id)
        blocks[block].append(id: id, vector)
        count += 1
    }

    package mutating func remove(id: Int64) {
        guard let (block, row) = locate(id) else { return }
        blocks[block].remove(row: row)
        count -= 1
        if blocks[block].ids.isEmpty { blocks.remove(at: block) }
        // Removals leave holes in their blocks; at half empty the rows are packed again, which is then paid for.
        if blocks.count * Self.rowsPerBlock > 2 * count + 2 * Self.rowsPerBlock { pack() }
    }

    /// The `topK` best ids, highest score first, ties by smaller id; only ids that `isIncluded` accepts. Equals brute force.
    package func search(_ query: [Float], topK: Int, isIncluded: ((Int64) -> Bool)? = nil) -> [Hit] {
        precondition(query.count == dimensions)
        var best = BestHits(capacity: topK)
        var scores = [Float](repeating: 0, count: Self.rowsPerBlock)
        for block in blocks {
            block.dotProducts(with: query, into: &scores)
            for row in block.ids.indices where best.accepts(score: scores[row]) {
                if let isIncluded, !isIncluded(block.ids[row]) { continue }
                best.offer(Hit(id: block.ids[row], score: scores[row]))
            }
        }
        return best.sorted
    }

    /// Cosine of the query with one stored vector, nil when it is not there.
    package func score(_ query: [Float], id: Int64) -> Float? {
        precondition(query.count == dimensions)
        guard let (block, row) = locate(id) else { return nil }
        return blocks[block].dotProduct(row: row, with: query)
    }

    private func locate(_ id: Int64) -> (block: Int, row: Int)? {
        guard let block = block(for: id), let row = blocks[block].row(of: id) else { return nil }
        return (block, row)
    }

    /// The last block that does not begin behind `id`, or the first; nil when there is none.
    private func block(for id: Int64) -> Int? {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].lowestID <= id { low = middle + 1 } else { high = middle }
        }
        return blocks.isEmpty ? nil : max(0, low - 1)
    }

    /// A block of `id`'s with a free row: ids that grow begin a new one behind the last, others split the one they meet.
    private mutating func makeRoom(for id: Int64) -> Int {
        guard let block = block(for: id) else {
            blocks.append(VectorBlock(dimensions: dimensions))
            return 0
        }
        guard blocks[block].ids.count == Self.rowsPerBlock else { return block }
        if block == blocks.count - 1, id > blocks[block].highestID {
            blocks.append(VectorBlock(dimensions: dimensions))
            return block + 1
        }
        let upper = blocks[block].split()
        blocks.insert(upper, at: block + 1)
        return id < upper.lowestID ? block : block + 1
    }

    private mutating func pack() {
        var packed = VectorIndex(dimensions: dimensions)
        for block in blocks {
            for row in block.rowsByID {
                if packed.blocks.last.map({ $0.ids.count == Self.rowsPerBlock }) ?? true {
                    packed.blocks.append(VectorBlock(dimensions: dimensions))
                }
                packed.blocks[packed.blocks.count - 1].append(id: block.ids[row], block.vector(row: row))
            }
        }
        blocks = packed.blocks
    }
}
