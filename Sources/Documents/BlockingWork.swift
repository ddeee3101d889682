import Dispatch

/// Runs blocking and CPU-bound work off Swift's cooperative pool.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "outcrop.documents", qos: .utility, attributes: .concurrent)

    static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
