import CCurl

extension OutboundError {
    static let noMemory = OutboundError(kind: .connection, reason: "libcurl has no memory for a transfer")
    static let tooLarge = OutboundError(kind: .tooLarge, reason: "the response is larger than the limit")

    /// - Parameter text: what libcurl wrote about the failure, if anything.
    init(_ code: CURLcode, text: String) {
        let text = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        self.init(kind: Self.kind(of: code), reason: printable(text.utf8))
    }

    /// - Parameter transfer: the one that ended so.
    init(_ code: CURLcode, of transfer: Transfer) {
        if transfer.wasRefused {
            self.init(kind: .refusedByPolicy, reason: "the host has no address that may be reached")
        } else {
            self.init(code, text: transfer.failureText)
        }
    }

    private static func kind(of code: CURLcode) -> Kind {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .invalidRequest
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_ABORTED_BY_CALLBACK: .cancelled
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR,
            CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
            .connection
        default: .malformedResponse
        }
    }
}
