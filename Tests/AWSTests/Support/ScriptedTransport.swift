import HTTPClient
import HTTPTypes
import Synchronization

/// Answers requests from a script and keeps them.
final class ScriptedTransport: HTTPTransport {
    enum Step: Sendable {
        case answer(status: Int, headers: HTTPFields, body: [UInt8])
        /// The body's pieces, and then what breaks it off.
        case broken(status: Int, headers: HTTPFields, pieces: [[UInt8]], HTTPClientError)
        case fail(HTTPClientError)
        /// Runs first: for time that passes while a request is under way.
        indirect case after(@Sendable () -> Void, Step)

        static func json(_ status: Int, _ text: String, headers: HTTPFields = [:]) -> Step {
            .answer(status: status, headers: headers, body: Array(text.utf8))
        }

        static func service(_ status: Int, _ code: String, headers: HTTPFields = [:]) -> Step {
            var headers = headers
            headers[.errorType] = code
            return .json(status, #"{"message":"\#(code) it is"}"#, headers: headers)
        }

        static func fail(_ code: HTTPClientError.Code, _ phase: HTTPClientError.Phase = .send) -> Step {
            .fail(HTTPClientError(code, phase: phase, host: "test", message: "scripted"))
        }
    }

    private let state: Mutex<(steps: [Step], requests: [ClientRequest])>

    init(_ steps: [Step]) { state = Mutex((steps, [])) }

    var requests: [ClientRequest] { state.withLock { $0.requests } }

    func send(_ request: ClientRequest) async throws -> ClientResponse {
        let step = state.withLock { state -> Step in
            state.requests.append(request)
            return state.steps.isEmpty ? .fail(.closed) : state.steps.removeFirst()
        }
        return try play(step)
    }

    private func play(_ step: Step) throws -> ClientResponse {
        switch step {
        case .answer(let status, let headers, let body):
            return ClientResponse(
                status: .init(code: status), headerFields: headers, body: .pieces(body.isEmpty ? [] : [body]))
        case .broken(let status, let headers, let pieces, let error):
            return ClientResponse(status: .init(code: status), headerFields: headers, body: .pieces(pieces, then: error))
        case .fail(let error): throw error
        case .after(let action, let step):
            action()
            return try play(step)
        }
    }
}

extension HTTPField.Name {
    static let errorType = HTTPField.Name("x-amzn-errortype")!
    static let requestID = HTTPField.Name("x-amzn-requestid")!
    static let amzRetryAfter = HTTPField.Name("x-amz-retry-after")!
    static let amzDate = HTTPField.Name("x-amz-date")!
    static let securityToken = HTTPField.Name("x-amz-security-token")!
}

extension ClientResponseBody {
    /// A body of these pieces, broken off by `error` if there is one.
    static func pieces(_ pieces: [[UInt8]], then error: (any Error)? = nil) -> ClientResponseBody {
        let left = Mutex(pieces[...])
        return ClientResponseBody {
            let piece = left.withLock { $0.popFirst() }
            if piece == nil, let error { throw error }
            return piece
        }
    }
}
