/// Vectors by text, at most `capacity`, those unused for long out first.
///
/// Two generations of half the capacity each: what is used stands in the young one; when it is full it becomes the old one, and
/// what was left in the old one is forgotten. So every step takes constant time, and half the capacity survives for certain.
struct VectorCache {
    private var young: [ExactText: [Float]] = [:]
    private var old: [ExactText: [Float]] = [:]
    private let generationCount: Int

    init(capacity: Int) {
        precondition(capacity > 1)
        generationCount = capacity / 2
    }

    var count: Int { young.count + old.count }

    /// The vector of `text`, which counts as a use.
    mutating func vector(for text: ExactText) -> [Float]? {
        if let vector = young[text] { return vector }
        guard let vector = old.removeValue(forKey: text) else { return nil }
        keep(vector, for: text)
        return vector
    }

    mutating func keep(_ vector: [Float], for text: ExactText) {
        old.removeValue(forKey: text)
        if young.count >= generationCount, young[text] == nil {
            old = young
            young = [:]
        }
        young[text] = vector
    }
}
