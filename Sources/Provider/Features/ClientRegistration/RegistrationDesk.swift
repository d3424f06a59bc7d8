import Cryptography
import HTTPTypes
package import JOSE
import OAuth

/// Serves the endpoints of registration.
struct RegistrationDesk: Sendable {
    private let dependencies: Dependencies
    private let path: String
    private let failures: FailureLimit

    private static let hour: Int64 = 3600

    /// `path` is where clients are registered, below the issuer.
    init(_ dependencies: Dependencies, path: String) {
        self.dependencies = dependencies
        self.path = path
        failures = FailureLimit(settings: dependencies.settings, now: dependencies.now)
    }

    /// RFC 7591 §3.
    func register(_ request: EndpointRequest) async throws -> Reply {
        if case .token(let digest) = dependencies.settings.registration {
            _ = try await verified(request, of: Self.newcomer) { _ in digest }
        }
        let now = dependencies.now()
        let wish = try self.wish(try RequestBody.json(of: request), at: now)
        try await check(wish, from: request.clientNetwork)
        let id = Client.ID(ULID(milliseconds: now.milliseconds, random: dependencies.random).string)
        let token = "martlet_rat_" + Base64URL.encode(dependencies.random.bytes(32))
        let (credential, secret) = try credential(for: wish, id)
        var client = wish.client(id, credential)
        client.registrationDigest = Hash.digest(token)
        client.policy = dependencies.settings.registeredPolicy
        try await file(client, from: request.clientNetwork, at: now)
        var answer = answer(client, token)
        answer["client_id_issued_at"] = .integer(now.seconds)
        if let secret {
            answer["client_secret"] = .string(secret)
            answer["client_secret_expires_at"] = 0
        }
        return .json(.object(answer), status: .created)
    }

    /// RFC 7592 §2.1.
    func read(_ request: EndpointRequest) async throws -> Reply {
        let (client, token) = try await client(of: request)
        return .json(.object(answer(client, token)))
    }

    /// RFC 7592 §2.2: the whole registration, not a part of it. The secret stays.
    func replace(_ request: EndpointRequest) async throws -> Reply {
        let (before, token) = try await client(of: request)
        let body = try RequestBody.json(of: request)
        try checkIdentity(body, of: before)
        let wish = try self.wish(body, at: dependencies.now())
        try await check(wish, from: request.clientNetwork)
        guard wish.method.sharesCredential(with: before.authentication) else {
            throw MetadataReader.refused(
                "token_endpoint_auth_method",
                "one with the credential that the client has",
                seen: wish.method.rawValue
            )
        }
        var client = wish.client(before.id, wish.keys ?? before.credential)
        client.registrationDigest = before.registrationDigest
        client.mustAnswerChallenge = before.mustAnswerChallenge
        client.isResourceServer = before.isResourceServer
        client.policy = before.policy
        client.manager = before.manager
        guard try await dependencies.clients.replace(client) else { throw Self.refusedToken }
        return .json(.object(answer(client, token)))
    }

    /// RFC 7592 §2.3. What people did in the client ends with it.
    func remove(_ request: EndpointRequest) async throws -> Reply {
        let (client, _) = try await client(of: request)
        _ = try await dependencies.clients.remove(client.id)
        return Reply(.noContent, fields: [.cacheControl: "no-store"])
    }

    private func wish(_ body: JSONObject, at now: Timestamp) throws(OAuthError) -> RegistrationWish {
        let possible = RegistrationWish.Possible(
            scope: dependencies.settings.supportedScopes,
            signing: dependencies.keys.algorithms(at: now),
            decryption: dependencies.decryption.algorithms,
            types: dependencies.settings.registeredTypes
        )
        return try RegistrationWish(body, possible)
    }

    /// A wish that has a document fetched counts as a failure before it is: who asks for many costs others none of the few places that
    /// there are for fetches.
    private func check(_ wish: RegistrationWish, from network: String) async throws(OAuthError) {
        if wish.metadata.sectorIdentifierURI != nil {
            try failures.check(client: Self.newcomer, address: network)
            failures.count(client: Self.newcomer, address: network)
        }
        try await RemoteMetadata(documents: dependencies.documents).check(wish)
    }

    /// Throws 429 when too many came from the address. Who has the initial access token has no limit.
    private func file(_ client: Client, from network: String, at now: Timestamp) async throws {
        let settings = dependencies.settings
        let limit = settings.limitsRates && settings.registration == .open ? settings.clientsPerAddress : nil
        guard
            let oldest = try await dependencies.clients.register(client, from: network, limit: limit, at: now)
        else { return }
        throw OAuthError(
            .tooManyRequests,
            "too many clients were registered from this address; wait for Retry-After seconds",
            FailedCheck("rate limit", expected: "fewer in an hour", seen: network),
            fields: [.init("Retry-After", "\(max(1, oldest.seconds + Self.hour - now.seconds))")]
        )
    }

    /// What a new client proves itself with, and its secret where it has one.
    private func credential(
        for wish: RegistrationWish,
        _ id: Client.ID
    ) throws -> (credential: Client.Credential, secret: String?) {
        switch wish.method {
        case .none: return (.none, nil)
        case .privateKeyJWT: return (wish.keys ?? .none, nil)
        case .clientSecretBasic, .clientSecretPost, .clientSecretJWT:
            let secret = "martlet_cs_" + Base64URL.encode(dependencies.random.bytes(32))
            guard wish.method == .clientSecretJWT else { return (.secretDigest(Hash.digest(secret)), secret) }
            let sealed = try dependencies.sealing.seal(Array(secret.utf8), for: id, random: dependencies.random)
            return (.sealedSecret(sealed), secret)
        }
    }

    /// RFC 7592 §2.2: which members a replacement must have, may have and must not have.
    private func checkIdentity(_ body: JSONObject, of client: Client) throws(OAuthError) {
        guard body["client_id"]?.stringValue == client.id.description else {
            throw MetadataReader.refused("client_id", "the id that was given")
        }
        let given: [ParameterName] = [
            "registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at",
        ]
        for name in given where body[name.description] != nil {
            throw MetadataReader.refused(name, "left out: the server gives it")
        }
        let reader = MetadataReader(body)
        guard let secret = try reader.text("client_secret") else { return }
        guard isSecret(secret, of: client) else {
            throw MetadataReader.refused("client_secret", "the one that was given")
        }
    }

    private func isSecret(_ secret: String, of client: Client) -> Bool {
        switch client.credential {
        case .secretDigest(let digest): constantTimeEqual(Hash.digest(secret), digest)
        case .sealedSecret(let sealed):
            (try? dependencies.sealing.open(sealed, for: client.id)).map {
                constantTimeEqual(Hash.digest($0), Hash.digest(secret))
            } ?? false
        case .keys, .publishedKeys, .none: false
        }
    }

    /// What everything of registration is answered with (RFC 7591 §3.2.1, RFC 7592 §3).
    private func answer(_ client: Client, _ token: String) -> JSONObject {
        var answer = client.registered
        answer["registration_access_token"] = .string(token)
        answer["registration_client_uri"] = .string(dependencies.settings.url("\(path)/\(client.id)"))
        return answer
    }
}

extension RegistrationDesk {
    /// Stands for who is no client yet, where failures are counted.
    private static let newcomer = Client.ID("a newcomer")

    /// The client that the path names, when the request carries its registration access token.
    private func client(of request: EndpointRequest) async throws -> (client: Client, token: String) {
        let id = Client.ID(request.pathValues["client_id"] ?? "")
        var found: Client?
        let token = try await verified(request, of: id) { id in
            found = try await dependencies.clients.client(id)
            return found?.registrationDigest
        }
        guard let found else { throw Self.refusedToken }
        return (found, token)
    }

    /// The token of the request, whose SHA-256 is the one that `digest` gives. One answer for everything else.
    private func verified(
        _ request: EndpointRequest,
        of id: Client.ID,
        digest: (Client.ID) async throws -> [UInt8]?
    ) async throws -> String {
        try failures.check(client: id, address: request.clientNetwork)
        guard let token = try BearerToken.compact(in: request), let expected = try await digest(id),
            constantTimeEqual(Hash.digest(token), expected)
        else {
            failures.count(client: id, address: request.clientNetwork)
            throw Self.refusedToken
        }
        return token
    }

    private static let refusedToken = OAuthError(
        .invalidToken,
        "the access token is not the one for this",
        FailedCheck("Authorization", expected: "the token of this registration", seen: "another or none"),
        fields: [.init("WWW-Authenticate", "Bearer realm=\"martlet\", error=\"invalid_token\"")]
    )
}

extension ClientAuthenticationMethod {
    /// Whether a client of the one method may change to the other and keep what it proves itself with.
    fileprivate func sharesCredential(with other: Self) -> Bool {
        let bySecret: [Self] = [.clientSecretBasic, .clientSecretPost]
        return self == other || (bySecret.contains(self) && bySecret.contains(other))
    }
}

extension Client {
    /// All that it is registered with, secrets left out.
    package var registered: JSONObject {
        var answer: JSONObject = [
            "client_id": .string(id.description),
            "client_name": .string(name),
            "application_type": "web",
            "subject_type": "public",
            "token_endpoint_auth_method": .string(authentication.rawValue),
            "grant_types": .strings(grants.map(\.description).sorted()),
            "response_types": ["code"],
            "scope": .string(scope.description),
        ]
        switch credential {
        case .keys(let keys): answer["jwks"] = .object(keys.toPublicJSON())
        case .publishedKeys(let url): answer["jwks_uri"] = .string(url.description)
        case .secretDigest, .sealedSecret, .none: break
        }
        return answer.merging(metadata.json)
    }
}
