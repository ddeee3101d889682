import VectorIndex

/// What readers see of one generation beside the database; replaced as a whole at every commit.
struct Snapshot: Sendable {
    struct Counts: Hashable, Sendable {
        var pending = 0
        var indexed = 0
        var failed = 0
        var chunks = 0

        var documents: Int { pending + indexed + failed }

        mutating func add(_ status: DocumentRecord.Status, _ number: Int) {
            switch status {
            case .pending: pending += number
            case .indexed: indexed += number
            case .failed: failed += number
            }
        }
    }

    /// Grows by one with every committed change that a search could see.
    var generation: Int
    var counts: Counts
    /// nil without a model.
    var index: VectorIndex?
}
