package import CKernels

/// Working memory of one forward pass, kept between texts: 4.2 MB for 256 tokens of MiniLM, 8.9 MB for 512.
package struct EncoderScratch: Sendable {
    private var storage: [Float] = []

    package init() {}

    /// Floats held at the moment.
    package var count: Int { storage.count }

    /// Calls `body` with memory for `layout` that starts on 64 bytes; its contents are left over from the last text.
    mutating func withFloats<Value>(
        _ layout: Layout, _ body: (Layout, UnsafeMutablePointer<Float>) throws -> Value
    ) rethrows -> Value {
        let needed = layout.count + Layout.alignment
        if storage.count < needed { storage = Array(repeating: 0, count: needed) }
        return try storage.withUnsafeMutableBufferPointer { buffer in
            // `needed` leaves room to move up to the next 64 bytes.
            let start = UnsafeMutableRawPointer(buffer.baseAddress!).alignedUp(
                toMultipleOf: Layout.alignment * MemoryLayout<Float>.stride)
            return try body(layout, start.assumingMemoryBound(to: Float.self))
        }
    }

    /// Where each matrix begins, in floats, for `tokenCount` tokens T.
    package struct Layout: Sendable {
        static let alignment = 16

        /// [T][hidden]: what enters and leaves a layer.
        let states: Int
        /// [T][3 · hidden]: queries, keys, values.
        let projected: Int
        /// [T][hidden]: the heads' results.
        let context: Int
        /// [T][hidden]: after attention.
        let attended: Int
        /// [T][T]: one head's attention.
        let scores: Int
        /// One head's keys or values as a packed operand.
        let packed: Int
        /// [T][intermediate].
        let activations: Int
        package let count: Int

        package init(_ config: BertConfig, tokenCount: Int, cpu: outcrop_cpu) {
            var end = 0
            func next(_ count: Int) -> Int {
                defer { end += (count + Self.alignment - 1) / Self.alignment * Self.alignment }
                return end
            }
            states = next(tokenCount * config.hidden)
            projected = next(tokenCount * 3 * config.hidden)
            context = next(tokenCount * config.hidden)
            attended = next(tokenCount * config.hidden)
            scores = next(tokenCount * tokenCount)
            packed = next(
                max(
                    outcrop_packed_count(cpu, config.headWidth, tokenCount),
                    outcrop_packed_count(cpu, tokenCount, config.headWidth)))
            activations = next(tokenCount * config.intermediate)
            count = end
        }
    }
}
