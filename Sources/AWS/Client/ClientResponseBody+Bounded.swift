internal import HTTPClient

extension ClientResponseBody {
    /// The whole body; nil when it is longer than `bytesMax`.
    func bytes(atMost bytesMax: Int) async throws -> [UInt8]? {
        do {
            return try await collect(bytesMax: bytesMax)
        } catch let error as HTTPClientError where error.code == .tooLarge {
            return nil
        }
    }

    /// What is read of an error's body; AWS's own are some hundred bytes.
    static let errorBytesMax = 64 * 1024

    /// How long an error's body is waited for once the status is known.
    static let errorDuration = Duration.seconds(2)

    /// As much of an error's body as comes in time and is needed: the status alone is an error too, so a body that breaks off, or comes
    /// in drips, is no reason to fail or to wait. Ends early when the task is cancelled.
    func errorBytes(within duration: Duration = errorDuration) async -> [UInt8] {
        await withTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { await beginning() }
            group.addTask {
                try? await Task.sleep(for: duration)
                return nil
            }
            // Whichever comes first ends the other; the reader gives what it has when it is cancelled.
            var bytes: [UInt8] = []
            for await result in group {
                group.cancelAll()
                bytes = result ?? bytes
            }
            return bytes
        }
    }

    private func beginning() async -> [UInt8] {
        var bytes: [UInt8] = []
        var pieces = makeAsyncIterator()
        while bytes.count < Self.errorBytesMax, !Task.isCancelled, let piece = try? await pieces.next() {
            bytes += piece.prefix(Self.errorBytesMax - bytes.count)
        }
        return bytes
    }
}
