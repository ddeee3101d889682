internal import Dispatch
internal import FoundationEssentials

/// Time and chance as parameters.
package struct AWSClock: Sendable {
    /// Unix seconds.
    package var unixSeconds: @Sendable () -> Double
    /// Seconds of a clock that only goes forward.
    package var uptimeSeconds: @Sendable () -> Double
    package var sleep: @Sendable (_ seconds: Double) async throws -> Void
    /// Uniform in 0..<1, for jitter.
    package var random: @Sendable () -> Double

    package init(
        unixSeconds: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 },
        uptimeSeconds: @escaping @Sendable () -> Double = { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 },
        sleep: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.unixSeconds = unixSeconds
        self.uptimeSeconds = uptimeSeconds
        self.sleep = sleep
        self.random = random
    }
}
