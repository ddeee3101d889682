internal import HTTPClient
internal import Synchronization

extension ConverseStream {
    static let contentType = "application/vnd.amazon.eventstream"

    /// The events of an open response. Throws `.malformedResponse` when it is no event stream.
    init(_ response: ClientResponse, call: ServiceCall) throws {
        let type = response.headerFields[.contentType] ?? "no content type"
        guard type.utf8.prefix(while: { $0 != UInt8(ascii: ";") }).elementsEqual(Self.contentType.utf8) else {
            throw AWSError(
                .malformedResponse, operation: call.name,
                message: "an answer with \(String(type.unicodeScalars.prefix(100))) in place of \(Self.contentType)",
                status: response.status.code, requestID: response.headerFields.awsRequestID)
        }
        let reader = Reader(response, operation: call.name)
        self.init { try await reader.next() }
    }

    /// Drives the parser with the pieces of the body. It lets go of the body, which closes the connection, as soon as nothing more
    /// can come of it.
    private final class Reader: Sendable {
        private struct State {
            var parser: ConverseStreamParser
            /// nil at the end.
            var body: ClientResponseBody?
            /// Told once the events before it are delivered, and again to whoever asks again: a fault is never followed by an end.
            var failure: (any Error)?

            mutating func end(_ failure: (any Error)?) {
                body = nil
                self.failure = failure
            }
        }

        private let operation: String
        private let requestID: String?
        private let state: Mutex<State>

        init(_ response: ClientResponse, operation: String) {
            self.operation = operation
            requestID = response.headerFields.awsRequestID
            let parser = ConverseStreamParser(operation: operation, requestID: requestID)
            state = Mutex(State(parser: parser, body: response.body))
        }

        /// The next batch, nil at a normal end.
        func next() async throws -> [ConverseStreamEvent]? {
            while let body = try body() {
                let events = await events(of: body)
                if !events.isEmpty { return events }
            }
            return nil
        }

        private func body() throws -> ClientResponseBody? {
            try state.withLock { state in
                if let failure = state.failure { throw failure }
                return state.body
            }
        }

        /// The events of the next piece of the body.
        private func events(of body: ClientResponseBody) async -> [ConverseStreamEvent] {
            do {
                var pieces = body.makeAsyncIterator()
                let piece = try await pieces.next()
                return state.withLock { state in
                    guard let piece else {
                        state.end(state.parser.failureAtEnd())
                        return []
                    }
                    let (events, failure) = state.parser.parse(piece)
                    if let failure { state.end(failure) }
                    return events
                }
            } catch {
                let failure =
                    (error as? HTTPClientError).map { AWSError($0, operation: operation, requestID: requestID) } ?? error
                state.withLock { $0.end(failure) }
                return []
            }
        }
    }
}
