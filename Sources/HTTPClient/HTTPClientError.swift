/// Why a transfer failed, as curl sees it. Holds no credentials: only the host of the URL is kept.
package struct HTTPClientError: Error, Hashable, Sendable {
    package enum Code: String, Sendable {
        /// libcurl could not be opened.
        case unavailable
        case invalidRequest, resolve, connect, tls, proxy, send, receive, connectTimeout, firstByteTimeout, idleTimeout,
            totalTimeout
        /// The response ended before its length, or was no HTTP.
        case truncated, protocolViolation
        /// The response or its head is larger than allowed.
        case tooLarge
        /// The client was shut down, or too many transfers run.
        case closed, overloaded
    }

    package enum Phase: String, Sendable {
        case connect, send, firstByte, body
    }

    package var code: Code
    package var phase: Phase
    /// Host and port the request went to.
    package var host: String
    /// libcurl's number (`CURLcode`), 0 when curl was not to blame.
    package var curlCode: Int32
    /// For people, with the remedy where there is one.
    package var message: String

    package init(_ code: Code, phase: Phase, host: String, curlCode: Int32 = 0, message: String) {
        self.code = code
        self.phase = phase
        self.host = host
        self.curlCode = curlCode
        self.message = message
    }

    /// Nothing of the request can have been processed: it may be sent again whatever its method.
    package var isBeforeSending: Bool { phase == .connect }
}
