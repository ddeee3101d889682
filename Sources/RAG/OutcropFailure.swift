/// A failure a client may be told: what went wrong, on what, and the remedy. Never holds a secret.
///
/// `RAG` and the modules above it throw this for everything that must come out as a proper status and error code;
/// any other error is answered as an internal error without its text.
package struct OutcropFailure: Error, Hashable, Sendable {
    /// Maps one to one onto a status: 400, 401, 403, 404, 408, 409, 413, 424, 429, 500, 502, 503, 504.
    package enum Kind: Hashable, Sendable {
        case invalidRequest, unauthenticated, forbidden, notFound
        /// The model took too long by its own account.
        case modelTimeout
        case conflict, tooLarge
        /// The model, or what it needs, failed while working on this request.
        case modelFailed
        case rateLimited, `internal`
        /// The service behind us cannot be reached, or answers nonsense.
        case badGateway
        case unavailable
        /// The service behind us did not answer in time.
        case gatewayTimeout
    }

    package var kind: Kind
    /// OpenAI's machine-readable `code`, such as `model_not_found` or `context_length_exceeded`.
    package var code: String?
    /// For people; names the remedy.
    package var message: String
    /// The request field at fault, such as `messages[0].content`.
    package var parameter: String?
    package var retryAfterSeconds: Int?
    /// For the operator's log and terminal, never for a client: the cause in the words of whatever failed, and the remedy.
    package var finding: String?

    /// What a log may hold: where a model complains about the request, only the code, as the text may quote the conversation.
    package var logText: String {
        let mayQuote = finding != nil && (kind == .invalidRequest || kind == .modelFailed)
        return mayQuote ? code ?? "\(kind)" : finding ?? message
    }

    package init(
        _ kind: Kind, code: String? = nil, _ message: String, parameter: String? = nil, retryAfterSeconds: Int? = nil
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.parameter = parameter
        self.retryAfterSeconds = retryAfterSeconds
    }
}
