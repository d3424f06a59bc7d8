import JOSE
import OAuth
import Synchronization

/// The request objects that clients keep at addresses of theirs (OIDC Core §6.2, RFC 9101 §5.2), fetched when they are asked for. What a
/// client's host does costs that client alone: it is asked for two documents at a time, and whoever wants the same one waits for the
/// same answer.
final class RequestDocuments: Sendable {
    private typealias Outcome = Result<String, RemoteDocumentError>

    /// For each client, the most addresses that are asked at a time.
    static let limit = 2

    private let documents: any RemoteDocuments
    private let underWay = Mutex<[Client.ID: [WebAddress: Task<Outcome, Never>]]>([:])

    init(_ documents: any RemoteDocuments) {
        self.documents = documents
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
        switch try await outcome(url, of: client.id) {
        case .success(let object): return object
        case .failure(let error): throw Self.refused(expected: "a request object", seen: error.reason)
        }
    }

    private func outcome(_ url: WebAddress, of client: Client.ID) async throws(OAuthError) -> Outcome {
        let task = underWay.withLock { underWay -> Task<Outcome, Never>? in
            var own = underWay[client] ?? [:]
            if let task = own[url] { return task }
            guard own.count < Self.limit else { return nil }
            let task = Task { await self.fetch(url, of: client) }
            own[url] = task
            underWay[client] = own
            return task
        }
        if let task { return await task.value }
        throw OAuthError(
            .temporarilyUnavailable,
            "the host of the application keeps too many requests waiting; try again",
            FailedCheck("request_uri", expected: "at most \(Self.limit) fetches under way", seen: "more")
        )
    }

    private func fetch(_ url: WebAddress, of client: Client.ID) async -> Outcome {
        let outcome: Outcome
        do throws(RemoteDocumentError) {
            let bytes = try await documents.get(url)
            // Everything else of it is looked at where it is read.
            outcome = .success(String(decoding: bytes, as: UTF8.self))
        } catch {
            outcome = .failure(error)
        }
        underWay.withLock { underWay in
            underWay[client]?[url] = nil
            if underWay[client]?.isEmpty == true { underWay[client] = nil }
        }
        return outcome
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
