/// A text as a key, equal to another only byte for byte.
///
/// `String` itself compares canonically ("é" in one scalar and in two are equal) and normalises to do so, which takes the square of
/// the number of combining marks in a row: too much for what strangers send.
struct ExactText: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: ExactText, right: ExactText) -> Bool { left.text.isIdentical(to: right.text) }

    func hash(into hasher: inout Hasher) { text.hashExactly(into: &hasher) }
}

extension String {
    /// Equal byte for byte, in linear time.
    func isIdentical(to other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Goes with `isIdentical`.
    func hashExactly(into hasher: inout Hasher) {
        hasher.combine(utf8.count)
        if utf8.withContiguousStorageIfAvailable({ hasher.combine(bytes: UnsafeRawBufferPointer($0)) }) == nil {
            for byte in utf8 { hasher.combine(byte) }
        }
    }
}
