/// A binary min-heap of (deadline, connection). Entries are never removed early: a connection that no longer wants one ignores it when it comes up.
struct DeadlineHeap {
    struct Entry: Hashable {
        var deadline: ActiveClock.Nanoseconds
        var connection: UInt64
    }

    private var entries: [Entry] = []

    var count: Int { entries.count }
    var earliest: ActiveClock.Nanoseconds? { entries.first?.deadline }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0, entries[child].deadline < entries[(child - 1) / 2].deadline {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the earliest entry when it is due.
    mutating func popDue(at now: ActiveClock.Nanoseconds) -> Entry? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return first
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].deadline < entries[least].deadline {
                least = child
            }
            if least == parent { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
