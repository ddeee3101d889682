extension Task where Failure == any Error {
    /// The value of a task shared with others: a cancelled caller leaves at once with `CancellationError`, the task goes on.
    package var valueUnlessCancelled: Success {
        get async throws {
            let outcome = OneShot<Success>()
            Task<Void, Never> { outcome.finish(await result) }
            return try await withTaskCancellationHandler {
                try await outcome.value()
            } onCancel: {
                outcome.cancel()
            }
        }
    }
}
