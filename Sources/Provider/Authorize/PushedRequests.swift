import Cryptography
import JOSE
import OAuth

/// Keeps what clients push, gives it back by its name, and uses it up (RFC 9126 §2.2, §4): 256 bits, opened within a minute by the client's
/// own name, answered once.
struct PushedRequests: Sendable {
    /// RFC 9126 §2.2.
    private static let prefix = "urn:ietf:params:oauth:request_uri:"
    private static let secretSize = 32
    /// The most that is kept of one request, in bytes.
    private static let sizeLimit = 16_384
    /// What is sent beside a request, and not part of it.
    private static let proofs: [ParameterName] = [
        .clientSecret, .clientAssertion, .clientAssertionType, .publicKey, .challenge,
    ]

    private let dependencies: Dependencies
    private var store: any PushedRequestStore { dependencies.pushedRequests }

    init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
    }

    /// Whether a `request_uri` is the name of a pushed request, be there such a request or not.
    static func isName(_ reference: String) -> Bool { reference.hasPrefix(prefix) }

    /// The name of what `client` asks for with `parameters`, filed before it is returned. Throws 413, 429 and what the store throws.
    func file(_ parameters: Parameters, of client: Client) async throws -> String {
        let (now, secret) = (dependencies.now(), dependencies.random.bytes(Self.secretSize))
        let request = PushedRequest(
            id: PushedRequest.ID(digest: Hash.digest(secret)),
            client: client.id,
            parameters: parameters.removing(Self.proofs).setting(.clientID, to: client.id.description),
            expiry: now + dependencies.settings.pushedRequestLifetime
        )
        let json = request.parameters.json
        let (count, size) = (json.names.count, json.encoded().count)
        guard count <= Parameters.limit, size <= Self.sizeLimit else {
            throw OAuthError(
                .contentTooLarge,
                "the request is too large",
                FailedCheck(
                    "pushed request",
                    expected: "at most \(Parameters.limit) parameters, \(Self.sizeLimit) bytes",
                    seen: "\(count), \(size)"
                )
            )
        }
        let limit = dependencies.settings.pushedRequestsPerClient
        if let earliest = try await store.file(request, limit: limit, at: now) {
            throw OAuthError(
                .tooManyRequests,
                "too many requests of this client wait for their people; wait for Retry-After seconds",
                FailedCheck("pushed requests", expected: "at most \(limit) that wait", seen: "more"),
                fields: [.init("Retry-After", "\(max(1, earliest.seconds - now.seconds))")]
            )
        }
        return Self.prefix + Base64URL.encode(secret)
    }

    /// What `client` pushed under this name. From its first opening on it lives for a dialogue's time, since people may sign in slowly.
    /// Throws `invalid_request_uri` and what the store throws.
    func open(_ reference: String, by client: Client) async throws -> RequestObjects.Asked {
        let now = dependencies.now()
        let secret = Base64URL.decode(String(reference.dropFirst(Self.prefix.count)))
        guard let secret, secret.count == Self.secretSize,
            let found = try await store.request(PushedRequest.ID(digest: Hash.digest(secret)))
        else { throw Self.refused("unknown") }
        guard found.client == client.id else { throw Self.refused("another client's") }
        guard found.usedAt == nil else { throw Self.refused("used") }
        guard found.expiry > now else { throw Self.refused("expired") }
        if found.openedAt == nil {
            try await store.open(found.id, until: now + Settings.dialogueLifetime, at: now)
        }
        return RequestObjects.Asked(parameters: found.parameters, pushed: found.id)
    }

    /// Uses it up, before the client is answered. Throws `invalid_request_uri` where that was done before, and what the store throws.
    func complete(_ id: PushedRequest.ID) async throws {
        guard try await store.complete(id, at: dependencies.now()) else { throw Self.refused("used or expired") }
    }

    /// One answer for everything that is wrong with a name.
    private static func refused(_ seen: String) -> OAuthError {
        OAuthError(
            .invalidRequestURI,
            "\(.requestURI) is unknown, expired, used before or another application's: start again there",
            FailedCheck("request_uri", expected: "a fresh one of this client", seen: seen)
        )
    }
}
