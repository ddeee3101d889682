/// Bytes of an event stream in, events of ConverseStream out: a pure machine.
///
/// Nothing that is broken ends normally. `messageStop` and `metadata` must have come before the end, each once: the service model gives a
/// whole answer both, and usage is known only with the second. Nothing of the answer may come after `messageStop`.
struct ConverseStreamParser {
    private let operation: String
    private let requestID: String?
    private var decoder = EventStreamDecoder()
    private var sawMessageStop = false
    private var sawMetadata = false

    init(operation: String, requestID: String?) {
        self.operation = operation
        self.requestID = requestID
    }

    /// The events that `bytes` complete, and why nothing can follow them, if so.
    mutating func parse(_ bytes: [UInt8]) -> (events: [ConverseStreamEvent], failure: AWSError?) {
        var events: [ConverseStreamEvent] = []
        decoder.append(bytes)
        while true {
            do throws(EventStreamDecoder.Failure) {
                guard let frame = try decoder.next() else { return (events, nil) }
                switch event(of: frame) {
                case .success(let event): events.append(event)
                case .failure(let error): return (events, error)
                }
            } catch {
                return (events, malformed("a corrupt event stream: \(error.reason)"))
            }
        }
    }

    /// Why the stream must not end here; nil when it is complete.
    func failureAtEnd() -> AWSError? {
        do throws(EventStreamDecoder.Failure) {
            try decoder.finish()
        } catch {
            return malformed("a truncated event stream: \(error.reason)")
        }
        if !sawMessageStop { return malformed("the event stream ended before messageStop") }
        return sawMetadata ? nil : malformed("the event stream ended before metadata")
    }

    private mutating func event(of frame: EventStreamFrame) -> Result<ConverseStreamEvent, AWSError> {
        if frame.isEvent("contentBlockDelta"), let delta = TextDeltaScanner.scan(frame.payload) {
            return inOrder(.textDelta(index: delta.index, delta.text))
        }
        guard frame.has(":message-type", "event") else { return .failure(failure(in: frame)) }
        guard let type = frame.string(":event-type") else { return .failure(malformed("an event without :event-type")) }
        do {
            return inOrder(try ConverseStreamEvent(type: type, payload: frame.payload))
        } catch {
            let name = ServiceErrorBody.shapeName(type) ?? "nameless"
            return .failure(malformed("a \(name) event that cannot be read: \(DecodingError.text(error))"))
        }
    }

    private mutating func inOrder(_ event: ConverseStreamEvent) -> Result<ConverseStreamEvent, AWSError> {
        switch event {
        case .unknown: break
        case .metadata where sawMetadata: return .failure(malformed("a second metadata event"))
        case .metadata: sawMetadata = true
        case _ where sawMessageStop: return .failure(malformed("an event of the answer after messageStop"))
        case .messageStop: sawMessageStop = true
        default: break
        }
        return .success(event)
    }

    /// What a message that is no event says.
    private func failure(in frame: EventStreamFrame) -> AWSError {
        switch frame.string(":message-type") {
        case "exception":
            AWSError(
                exception: frame.string(":exception-type") ?? "", payload: frame.payload, operation: operation,
                requestID: requestID)
        case "error":
            AWSError(
                streamCode: frame.string(":error-code") ?? "", message: frame.string(":error-message"), operation: operation,
                requestID: requestID)
        default: malformed("an event-stream message that is neither event, exception nor error")
        }
    }

    private func malformed(_ message: String) -> AWSError {
        AWSError(.malformedResponse, operation: operation, message: message, requestID: requestID)
    }
}
