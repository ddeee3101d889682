/// Keeps the best `capacity` hits of a stream: a binary heap with the worst kept hit on top.
struct BestHits {
    private let capacity: Int
    private var heap: [VectorIndex.Hit] = []

    init(capacity: Int) { self.capacity = max(0, capacity) }

    /// Whether a hit of this score may still enter; true for the score of the worst one, whose tie the id decides.
    /// NaN compares false and never enters.
    func accepts(score: Float) -> Bool {
        guard capacity > 0 else { return false }
        return heap.count < capacity ? !score.isNaN : score >= heap[0].score
    }

    mutating func offer(_ hit: VectorIndex.Hit) {
        guard accepts(score: hit.score) else { return }
        if heap.count < capacity {
            heap.append(hit)
            siftUp()
        } else if hit.precedes(heap[0]) {
            heap[0] = hit
            siftDown()
        }
    }

    var sorted: [VectorIndex.Hit] { heap.sorted { $0.precedes($1) } }

    private mutating func siftUp() {
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[parent].precedes(heap[child]) else { return }
            heap.swapAt(parent, child)
            child = parent
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            let children = (2 * parent + 1..<2 * parent + 3).filter { $0 < heap.count }
            guard let worst = children.max(by: { heap[$0].precedes(heap[$1]) }), heap[parent].precedes(heap[worst]) else {
                return
            }
            heap.swapAt(parent, worst)
            parent = worst
        }
    }
}
