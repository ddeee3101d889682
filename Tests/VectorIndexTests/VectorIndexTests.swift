import Testing

@testable import VectorIndex

/// SplitMix64 (Steele, Lea, Flood 2014): a seed repeats a run exactly.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Coordinates from few values, so that equal scores are common.
    mutating func vector(_ dimensions: Int) -> [Float] {
        (0..<dimensions).map { _ in Float(Int.random(in: -2...2, using: &self)) * 0.25 }
    }
}

@Suite struct VectorIndexTests {
    @Test func `finds nothing in an empty index`() {
        let index = VectorIndex(dimensions: 3)
        #expect(index.search([1, 0, 0], topK: 5).isEmpty)
        #expect(index.score([1, 0, 0], id: 1) == nil)
        #expect(index.count == 0)
    }

    @Test func `orders by score and breaks ties by the smaller id`() {
        var index = VectorIndex(dimensions: 2)
        index.insert(id: 9, [1, 0])
        index.insert(id: 3, [1, 0])
        index.insert(id: 5, [0, 1])
        index.insert(id: 1, [0, 0])
        #expect(index.search([1, 0], topK: 10).map(\.id) == [3, 9, 1, 5])
        #expect(index.search([1, 0], topK: 1).map(\.id) == [3])
        #expect(index.search([1, 0], topK: 0).isEmpty)
        #expect(index.search([1, 0], topK: -1).isEmpty)
    }

    @Test func `a copy keeps what it had while the original changes`() {
        var index = VectorIndex(dimensions: 2)
        index.insert(id: 1, [1, 0])
        let copy = index
        index.insert(id: 2, [1, 0])
        index.insert(id: 1, [0, 1])
        #expect(copy.search([1, 0], topK: 5) == [VectorIndex.Hit(id: 1, score: 1)])
        #expect(index.search([1, 0], topK: 5).map(\.id) == [2, 1])
        index.remove(id: 2)
        #expect(index.count == 1)
        #expect(index.score([0, 1], id: 1) == 1)
        #expect(index.score([0, 1], id: 2) == nil)
    }

    @Test func `a vector of no direction never beats a better one and NaN never enters`() {
        var index = VectorIndex(dimensions: 2)
        index.insert(id: 1, [.nan, 0])
        index.insert(id: 2, [0, 0])
        index.insert(id: 3, [0.5, 0])
        #expect(index.search([1, 0], topK: 3).map(\.id) == [3, 2])
        #expect(index.searchScalar([1, 0], topK: 3).map(\.id) == [3, 2])
    }

    /// Brute force over a plain dictionary, kept beside the index through random inserts, replacements and removals.
    @Test(arguments: 0..<12) func `equals brute force after random changes`(round: Int) {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("VectorIndex seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let dimensions = [1, 3, 31, 32, 33, 64][round % 6]
        var index = VectorIndex(dimensions: dimensions)
        var expected: [Int64: [Float]] = [:]
        for _ in 0..<(round % 2 == 0 ? 300 : 12_000) {
            // Enough ids for several blocks, met in any order.
            let id = Int64.random(in: -50...(round % 2 == 0 ? 200 : 6_000), using: &random)
            if Int.random(in: 0..<4, using: &random) == 0 {
                index.remove(id: id)
                expected[id] = nil
            } else {
                let vector = random.vector(dimensions)
                index.insert(id: id, vector)
                expected[id] = vector
            }
        }
        #expect(index.count == expected.count, "seed \(seed)")
        for topK in [1, 10, 100, 5_000] {
            let query = random.vector(dimensions)
            let isIncluded: ((Int64) -> Bool)? = topK == 10 ? { $0 % 3 == 0 } : nil
            let wanted = bruteForce(expected, query, topK: topK, isIncluded: isIncluded)
            #expect(index.search(query, topK: topK, isIncluded: isIncluded) == wanted, "seed \(seed)")
            #expect(index.searchScalar(query, topK: topK, isIncluded: isIncluded) == wanted, "seed \(seed)")
        }
    }

    /// Sums of quarters' products are exact in 32 bits, so that any order of summation gives the same score.
    private func bruteForce(
        _ vectors: [Int64: [Float]], _ query: [Float], topK: Int, isIncluded: ((Int64) -> Bool)?
    ) -> [VectorIndex.Hit] {
        let hits = vectors.filter { isIncluded?($0.key) ?? true }.map { id, vector in
            VectorIndex.Hit(id: id, score: zip(vector, query).reduce(Float(0)) { $0 + $1.0 * $1.1 })
        }
        let sorted = hits.sorted { $0.score > $1.score || ($0.score == $1.score && $0.id < $1.id) }
        return Array(sorted.prefix(topK))
    }

    @Test(arguments: [false, true]) func `ids in any order lie in one block each`(isDescending: Bool) {
        var index = VectorIndex(dimensions: 1)
        let total = VectorIndex.rowsPerBlock * 6
        let ids = isDescending ? Array((0..<total).reversed()) : (0..<total).map { $0 * 2_731 % total }
        for id in ids { index.insert(id: Int64(id), [1]) }
        #expect(index.count == total)
        let bounds = index.blocks.map { ($0.lowestID, $0.highestID) }
        #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0.1 < $1.0 })
        #expect(index.blocks.count <= 13)
        #expect((0..<total).allSatisfy { index.score([1], id: Int64($0)) == 1 })
    }

    @Test func `packs its blocks when most rows are gone`() {
        var index = VectorIndex(dimensions: 1)
        let total = VectorIndex.rowsPerBlock * 8
        for id in 0..<total { index.insert(id: Int64(id), [Float(id)]) }
        #expect(index.blocks.count == 8)
        for id in 0..<total where id % 16 != 0 { index.remove(id: Int64(id)) }
        #expect(index.count == total / 16)
        #expect(index.blocks.count <= 3)
        #expect(index.search([1], topK: 2).map(\.id) == [Int64(total - 16), Int64(total - 32)])
    }
}
