/// Exact cosine top-k over unit vectors held in memory. A value: readers keep theirs while a writer makes the next.
package struct VectorIndex: Sendable {
    package struct Hit: Hashable, Sendable {
        package var id: Int64
        /// Dot product of unit vectors, not clamped.
        package var score: Float

        package init(id: Int64, score: Float) {
            self.id = id
            self.score = score
        }
    }

    package init(dimensions: Int) { fatalError("contract") }
    package var dimensions: Int { fatalError("contract") }
    package var count: Int { fatalError("contract") }

    /// Adds or replaces. `vector` is [dimensions] and of unit length (or all zero).
    package mutating func insert(id: Int64, _ vector: [Float]) { fatalError("contract") }
    package mutating func remove(id: Int64) { fatalError("contract") }

    /// The `topK` best ids, highest score first, ties by smaller id; only ids that `isIncluded` accepts. Equals brute force.
    package func search(_ query: [Float], topK: Int, isIncluded: ((Int64) -> Bool)? = nil) -> [Hit] { fatalError("contract") }
    /// Cosine of the query with one stored vector, nil when it is not there.
    package func score(_ query: [Float], id: Int64) -> Float? { fatalError("contract") }
}
