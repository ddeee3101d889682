internal import Synchronization

/// The texts given out lately by id, at most `countMax` and `byteCountMax` of them, those unused for long out first.
///
/// Two generations of half the room each: what is used stands in the young one; when that is full it becomes the old one, and
/// what was left in the old one is forgotten. Every step takes constant time.
final class RecentTexts: Sendable {
    private struct State {
        var young: [String: String] = [:]
        var old: [String: String] = [:]
        var youngByteCount = 0
    }

    private let state = Mutex(State())
    private let countMax: Int
    private let byteCountMax: Int

    /// By default half the room holds what 256 answers under way have: 24 candidates each of 1.2 kB.
    init(countMax: Int = 16_384, byteCountMax: Int = 16 * 1_048_576) {
        precondition(countMax > 1 && byteCountMax > 1)
        self.countMax = countMax
        self.byteCountMax = byteCountMax
    }

    var count: Int { state.withLock { $0.young.count + $0.old.count } }

    /// A text larger than half the room is not kept.
    func keep(_ text: String, for id: String) {
        state.withLock { keep(text, for: id, in: &$0) }
    }

    /// The text, which counts as a use.
    func text(for id: String) -> String? {
        state.withLock { state in
            if let text = state.young[id] { return text }
            guard let text = state.old.removeValue(forKey: id) else { return nil }
            keep(text, for: id, in: &state)
            return text
        }
    }

    private func keep(_ text: String, for id: String, in state: inout State) {
        let byteCount = text.utf8.count
        guard byteCount <= byteCountMax / 2 else { return }
        state.old.removeValue(forKey: id)
        if let former = state.young.removeValue(forKey: id) { state.youngByteCount -= former.utf8.count }
        if state.young.count >= countMax / 2 || state.youngByteCount + byteCount > byteCountMax / 2 {
            state.old = state.young
            state.young = [:]
            state.youngByteCount = 0
        }
        state.young[id] = text
        state.youngByteCount += byteCount
    }
}
