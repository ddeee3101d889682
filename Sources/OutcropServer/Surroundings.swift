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
        makeID: makeID)

    private static let idAlphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Every draw is a system call, so one gives eight characters: 2^64 is so far beyond 62^8 that all are as good as equally likely.
    private static func makeID(_ prefix: String) -> String {
        var bytes = Array(prefix.utf8)
        for _ in 0..<3 {
            var draw = UInt64.random(in: .min ... .max)
            for _ in 0..<8 {
                bytes.append(idAlphabet[Int(draw % UInt64(idAlphabet.count))])
                draw /= UInt64(idAlphabet.count)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
