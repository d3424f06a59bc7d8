import JOSE
import OAuth

/// The request objects that clients keep at addresses of theirs (OIDC Core §6.2, RFC 9101 §5.2), fetched when they are asked for.
struct RequestDocuments: Sendable {
    private let fetches: ClientFetches

    init(_ documents: any RemoteDocuments) {
        fetches = ClientFetches(documents)
    }

    /// What lies at `reference`, an address that `client` registered. Throws `invalid_request_uri`, and `temporarily_unavailable`
    /// while its host keeps too many waiting.
    func get(_ reference: String, of client: Client) async throws(OAuthError) -> String {
        guard let url = WebAddress(withoutFragment: reference), url.isSecure else {
            throw Self.refused(expected: "an https address", seen: reference)
        }
        // A fragment says which version is meant, in words of the client's own: nothing depends on it (OIDC Core §6.2).
        guard client.metadata.requestURIs.contains(where: { WebAddress(withoutFragment: $0) == url }) else {
            throw Self.refused(expected: "one of request_uris", seen: reference)
        }
        switch await fetches.outcome(url, of: client.id) {
        // Everything else of it is looked at where it is read.
        case .success(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .failure(let error): throw Self.refused(expected: "a request object", seen: error.reason)
        case nil:
            throw OAuthError(
                .temporarilyUnavailable,
                "the host of the application keeps too many requests waiting; try again",
                FailedCheck("request_uri", expected: "at most \(ClientFetches.limit) fetches under way", seen: "more")
            )
        }
    }

    /// One answer for everything that is wrong at the address: who sends people here learns nothing of hosts that it cannot reach.
    private static func refused(expected: String, seen: String) -> OAuthError {
        OAuthError(
            .invalidRequestURI,
            "\(.requestURI) must be one of the request_uris that the application registered, with a request object",
            FailedCheck("request_uri", expected: expected, seen: FailedCheck.excerpt(seen))
        )
    }
}
