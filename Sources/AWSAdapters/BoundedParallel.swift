/// The results of `transform`, in order, at most `limit` of them under way at a time. The first failure ends the others.
func mapInParallel<Element: Sendable, Result: Sendable>(
    _ elements: [Element], limit: Int, _ transform: @escaping @Sendable (Element) async throws -> Result
) async throws -> [Result] {
    precondition(limit > 0)
    if elements.count == 1 { return [try await transform(elements[0])] }
    return try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var results = [Result?](repeating: nil, count: elements.count)
        var started = 0
        func startNext() {
            guard started < elements.count else { return }
            let (index, element) = (started, elements[started])
            started += 1
            group.addTask { (index, try await transform(element)) }
        }
        for _ in 0..<limit { startNext() }
        while let (index, result) = try await group.next() {
            results[index] = result
            startNext()
        }
        return results.compactMap(\.self)
    }
}
