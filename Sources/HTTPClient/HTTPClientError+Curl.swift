internal import CCurl
import Glibc

extension HTTPClientError {
    /// From the result of a transfer.
    init(_ result: CURLcode, of transfer: ActiveTransfer) {
        let phase = transfer.phase
        self.init(
            Self.code(result, phase, transfer.easy), phase: phase, host: transfer.transfer.request.host,
            curlCode: Int32(bitPattern: result.rawValue), message: Self.message(result, phase, transfer.easy))
    }

    private static func code(_ result: CURLcode, _ phase: Phase, _ easy: EasyHandle) -> Code {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST: .resolve
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: .proxy
        case CURLE_OPERATION_TIMEDOUT: phase == .connect ? .connectTimeout : .totalTimeout
        case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT: .invalidRequest
        case CURLE_PARTIAL_FILE: .truncated
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM: .protocolViolation
        case _ where isLongHeadLine(result, phase): .tooLarge
        case CURLE_SEND_ERROR: .send
        case CURLE_RECV_ERROR: receiveError(phase, easy)
        case _ where isTLS(result): .tls
        default: .receive
        }
    }

    /// What curl calls its refusal of a line of more than 100 kB: out of memory, and from 8.6 on CURLE_TOO_LARGE.
    private static func isLongHeadLine(_ result: CURLcode, _ phase: Phase) -> Bool {
        phase == .firstByte && (result == CURLE_OUT_OF_MEMORY || result.rawValue == 100)
    }

    /// curl gives one number for a reset connection, a proxy's refusal and malformed chunks (7.88).
    private static func receiveError(_ phase: Phase, _ easy: EasyHandle) -> Code {
        if phase == .connect { return easy.long(CURLINFO_HTTP_CONNECTCODE) >= 300 ? .proxy : .connect }
        let problem = easy.problem
        if problem.utf8.elementsEqual("".utf8) { return .receive }
        return isAboutChunks(problem) ? .protocolViolation : .receive
    }

    private static func isAboutChunks(_ problem: String) -> Bool {
        strstr(problem, "chunk") != nil
    }

    private static func isTLS(_ result: CURLcode) -> Bool {
        [
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_USE_SSL_FAILED, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CLIENTCERT,
        ].contains(result)
    }

    /// curl's own words where they speak of names and certificates; elsewhere they could quote a proxy's password or a header field.
    private static func message(_ result: CURLcode, _ phase: Phase, _ easy: EasyHandle) -> String {
        if isLongHeadLine(result, phase) { return "a line of the response head is longer than libcurl takes" }
        let general = String(cString: ccurl_error_text(result))
        let isTelling = isTLS(result) || [CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT].contains(result)
        guard isTelling, !easy.problem.isEmpty else { return general }
        return easy.problem
    }
}
