/// Why a request gave no response.
package struct OutboundError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a caller can act on.
    package enum Kind: Sendable, Equatable {
        /// The request cannot be sent as it is: a URL, header or setting is malformed.
        case invalidRequest
        /// The policy does not allow this URL.
        case refusedByPolicy
        /// No connection: name, address, port or TLS.
        case connection
        case timeout
        /// The response is larger than the limit.
        case tooLarge
        case cancelled
        /// The answer is not HTTP, or it broke off.
        case malformedResponse
        /// A stream was answered with another status than 200.
        case status(Int)
    }

    /// What went wrong.
    package let kind: Kind
    /// For a log or a terminal: one line of printable ASCII.
    package let reason: String

    /// The reason alone.
    package var description: String { reason }
}
