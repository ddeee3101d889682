/// What a `DeadlineHeap` holds: it knows its own place, so that it can be moved and taken out.
protocol Timed: AnyObject {
    var deadline: ActiveClock.Nanoseconds { get set }
    /// Written by the heap alone; -1 outside it.
    var heapIndex: Int { get set }
}

/// A binary min-heap by deadline, each element at most once. All operations but `earliest` take O(log n).
struct DeadlineHeap<Element: Timed> {
    private var elements: [Element] = []

    var count: Int { elements.count }
    var earliest: Element? { elements.first }

    /// Puts the element in, or moves it to its new deadline.
    mutating func schedule(_ element: Element, at deadline: ActiveClock.Nanoseconds) {
        element.deadline = deadline
        if element.heapIndex < 0 {
            element.heapIndex = elements.count
            elements.append(element)
        }
        rise(element.heapIndex)
        sink(element.heapIndex)
    }

    mutating func remove(_ element: Element) {
        let hole = element.heapIndex
        guard hole >= 0 else { return }
        element.heapIndex = -1
        let last = elements.removeLast()
        guard last !== element else { return }
        elements[hole] = last
        last.heapIndex = hole
        rise(hole)
        sink(last.heapIndex)
    }

    private mutating func rise(_ start: Int) {
        var child = start
        while child > 0, elements[child].deadline < elements[(child - 1) / 2].deadline {
            swap(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < elements.count && elements[child].deadline < elements[least].deadline {
                least = child
            }
            if least == parent { return }
            swap(parent, least)
            parent = least
        }
    }

    private mutating func swap(_ one: Int, _ other: Int) {
        elements.swapAt(one, other)
        elements[one].heapIndex = one
        elements[other].heapIndex = other
    }
}
