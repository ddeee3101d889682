import Dispatch
import FoundationEssentials

/// Time and chance, as parameters: tests pass their own.
package struct Surroundings: Sendable {
    /// Seconds since 1970.
    package var unixSeconds: @Sendable () -> Int
    /// A clock that only goes forward, in seconds.
    package var uptimeSeconds: @Sendable () -> Double
    package var sleep: @Sendable (_ seconds: Double) async throws -> Void
    /// A fresh name such as `chatcmpl-` and 24 letters and digits.
    package var makeID: @Sendable (_ prefix: String) -> String

    /// All four, so that nobody forgets one.
    package init(
        unixSeconds: @escaping @Sendable () -> Int, uptimeSeconds: @escaping @Sendable () -> Double,
        sleep: @escaping @Sendable (Double) async throws -> Void, makeID: @escaping @Sendable (String) -> String
    ) {
        self.unixSeconds = unixSeconds
        self.uptimeSeconds = uptimeSeconds
        self.sleep = sleep
        self.makeID = makeID
    }

    /// The machine's own.
    package static let live = Surroundings(
        unixSeconds: { Int(Date().timeIntervalSince1970) },
        uptimeSeconds: { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 },
        sleep: { try await Task.sleep(for: .seconds($0)) },
        makeID: { prefix in prefix + String((0..<24).map { _ in idAlphabet.randomElement() ?? "0" }) })

    private static let idAlphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}
