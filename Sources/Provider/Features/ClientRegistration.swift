import Cryptography
import HTTPTypes
import JOSE
import OAuth

/// Applications register themselves (RFC 7591) and look after what they registered (RFC 7592).
struct ClientRegistration: Feature {
    let endpoints: [Endpoint]

    private let dependencies: Dependencies

    private static let path = "/oauth/register"

    init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
        let desk = RegistrationDesk(dependencies: dependencies, path: Self.path)
        guard dependencies.settings.registration != .off else {
            endpoints = []
            return
        }
        endpoints = [
            Endpoint(.post, Self.path, advertisedAs: "registration_endpoint") { try await desk.register($0) },
            Endpoint(.get, Self.path + "/{client_id}") { try await desk.read($0) },
            Endpoint(.put, Self.path + "/{client_id}") { try await desk.replace($0) },
            Endpoint(.delete, Self.path + "/{client_id}") { try await desk.remove($0) },
        ]
    }
}

/// Serves the endpoints of registration.
private struct RegistrationDesk: Sendable {
    let dependencies: Dependencies
    let path: String

    func register(_ request: EndpointRequest) async throws -> Reply {
        if case .token(let digest) = dependencies.settings.registration {
            guard let token = bearer(request), constantTimeEqual(Hash.digest(token), digest) else {
                throw Self.refusedToken("the initial access token")
            }
        }
        let wish = try RegistrationWish(
            try RequestBody.json(of: request),
            registrable: dependencies.settings.supportedScopes
        )
        let now = dependencies.now()
        try wish.check(against: dependencies.keys.algorithms(at: now))
        let id = Client.ID(ULID(milliseconds: now.milliseconds, random: dependencies.random).string)
        let token = "martlet_rat_" + Base64URL.encode(dependencies.random.bytes(32))
        let (credential, secret) = try credential(for: wish, id)
        var client = wish.client(id, credential)
        client.registrationDigest = Hash.digest(token)
        try await dependencies.clients.add(client, at: now)
        var answer = client.registered(secret: secret, issuedAt: now)
        answer["registration_access_token"] = .string(token)
        answer["registration_client_uri"] = .string(uri(of: id))
        return .json(.object(answer), status: .created)
    }

    func read(_ request: EndpointRequest) async throws -> Reply {
        let client = try await client(of: request)
        var answer = client.registered(secret: nil, issuedAt: nil)
        answer["registration_client_uri"] = .string(uri(of: client.id))
        return .json(.object(answer))
    }

    /// RFC 7592 §2.2: the whole registration, not a part of it. Secret and keys stay where the method does.
    func replace(_ request: EndpointRequest) async throws -> Reply {
        let before = try await client(of: request)
        let body = try RequestBody.json(of: request)
        guard body["client_id"]?.stringValue == before.id.description else {
            throw MetadataReader.refused("client_id", "the id that was given")
        }
        let wish = try RegistrationWish(body, registrable: dependencies.settings.supportedScopes)
        guard wish.method == before.authentication else {
            throw MetadataReader.refused("token_endpoint_auth_method", "the one that was registered")
        }
        try wish.check(against: dependencies.keys.algorithms(at: dependencies.now()))
        var client = wish.client(before.id, wish.keys.map { .keys($0) } ?? before.credential)
        client.registrationDigest = before.registrationDigest
        guard try await dependencies.clients.replace(client) else { throw Self.refusedToken("a registration") }
        var answer = client.registered(secret: nil, issuedAt: nil)
        answer["registration_client_uri"] = .string(uri(of: client.id))
        return .json(.object(answer))
    }

    /// RFC 7592 §2.3.
    func remove(_ request: EndpointRequest) async throws -> Reply {
        let client = try await client(of: request)
        _ = try await dependencies.clients.remove(client.id)
        return Reply(.noContent, fields: [.cacheControl: "no-store"])
    }

    /// The client that the path names, when the request carries its registration access token. One answer for everything else.
    private func client(of request: EndpointRequest) async throws -> Client {
        let id = Client.ID(String(request.path.split(separator: "/").last ?? ""))
        guard let token = bearer(request), let client = try await dependencies.clients.client(id),
            let digest = client.registrationDigest, constantTimeEqual(Hash.digest(token), digest)
        else { throw Self.refusedToken("the registration access token of this client") }
        return client
    }

    private func bearer(_ request: EndpointRequest) -> String? {
        guard let value = request.fields[.authorization], value.lowercased().hasPrefix("bearer ") else { return nil }
        return String(value.dropFirst("bearer ".count))
    }

    private func credential(
        for wish: RegistrationWish,
        _ id: Client.ID
    ) throws -> (credential: Client.Credential, secret: String?) {
        switch wish.method {
        case .none: return (.none, nil)
        case .privateKeyJWT: return (.keys(wish.keys ?? JWKSet([])), nil)
        case .clientSecretBasic, .clientSecretPost, .clientSecretJWT:
            let secret = "martlet_cs_" + Base64URL.encode(dependencies.random.bytes(32))
            guard wish.method == .clientSecretJWT else { return (.secretDigest(Hash.digest(secret)), secret) }
            let sealed = try dependencies.sealing.seal(Array(secret.utf8), for: id, random: dependencies.random)
            return (.sealedSecret(sealed), secret)
        }
    }

    private func uri(of id: Client.ID) -> String { dependencies.settings.url("\(path)/\(id)") }

    private static func refusedToken(_ expected: String) -> OAuthError {
        OAuthError(
            .invalidToken,
            "the access token is not the one for this",
            FailedCheck("Authorization", expected: expected, seen: "another or none"),
            fields: [.init("WWW-Authenticate", "Bearer realm=\"martlet\", error=\"invalid_token\"")]
        )
    }
}

/// What an application asks to be registered as, found possible.
private struct RegistrationWish {
    let name: String
    let method: ClientAuthenticationMethod
    let grants: Set<GrantType>
    let scope: Scope
    let keys: JWKSet?
    let metadata: ClientMetadata

    private static let possibleGrants: Set<GrantType> = [.authorizationCode, .refreshToken]
    /// The longest name, in characters.
    private static let nameLimit = 200

    /// Throws the errors of RFC 7591 §3.2.2.
    init(_ json: JSONObject, registrable: Scope) throws(OAuthError) {
        let reader = MetadataReader(json)
        metadata = try ClientMetadata(json: json)
        name = String((try reader.text("client_name") ?? "").filter { !$0.isNewline }.prefix(Self.nameLimit))
        let methods = ClientAuthenticationMethod.allCases.map(\.rawValue)
        method =
            try reader.choice("token_endpoint_auth_method", methods)
            .flatMap(ClientAuthenticationMethod.init(rawValue:)) ?? .clientSecretBasic
        let named = try reader.strings("grant_types").map { GrantType($0) }
        grants = named.isEmpty ? [.authorizationCode] : Self.possibleGrants.intersection(named)
        guard grants.contains(.authorizationCode) else {
            throw MetadataReader.refused("grant_types", "authorization_code among them")
        }
        let types = try reader.strings("response_types")
        guard types.isEmpty || types.contains("code") else {
            throw MetadataReader.refused("response_types", "code among them")
        }
        guard !metadata.redirectURIs.isEmpty else { throw MetadataReader.refused("redirect_uris", "one at least") }
        scope =
            try reader.text("scope").map { text throws(OAuthError) in try Scope(text).narrowed(to: registrable) }
            ?? registrable
        keys = try Self.keys(json)
        guard method != .privateKeyJWT || keys?.keys.isEmpty == false else {
            throw MetadataReader.refused("jwks", "the public keys of a client that signs its assertions")
        }
    }

    /// Refuses what the server has no key for.
    func check(against installed: [SignatureAlgorithm]) throws(OAuthError) {
        let wanted: [(ParameterName, SignatureAlgorithm?)] = [
            ("id_token_signed_response_alg", metadata.idTokenAlgorithm),
            ("userinfo_signed_response_alg", metadata.userinfoAlgorithm),
        ]
        for (name, algorithm) in wanted {
            guard let algorithm, !installed.contains(algorithm) else { continue }
            throw MetadataReader.refused(name, installed.map(\.rawValue).joined(separator: ", "))
        }
    }

    func client(_ id: Client.ID, _ credential: Client.Credential) -> Client {
        var client = Client(id: id, name: name, authentication: method, credential: credential, scope: scope)
        client.grants = grants
        client.metadata = metadata
        return client
    }

    private static func keys(_ json: JSONObject) throws(OAuthError) -> JWKSet? {
        guard json["jwks_uri"] == nil || json["jwks_uri"] == .null else {
            throw MetadataReader.refused("jwks_uri", "the keys themselves, in jwks")
        }
        guard let value = json["jwks"], value != .null else { return nil }
        guard let object = value.objectValue else { throw MetadataReader.refused("jwks", "a JWK Set") }
        do throws(JOSEError) {
            return try JWKSet(json: object, unusable: .refused)
        } catch {
            throw OAuthError(
                .invalidClientMetadata,
                "\("jwks" as ParameterName) holds a key that is not usable",
                error.failed
            )
        }
    }
}

extension Client {
    /// The answer to a registration (RFC 7591 §3.2.1).
    fileprivate func registered(secret: String?, issuedAt: Timestamp?) -> JSONObject {
        var answer: JSONObject = [
            "client_id": .string(id.description),
            "client_name": .string(name),
            "token_endpoint_auth_method": .string(authentication.rawValue),
            "grant_types": .strings(grants.map(\.description).sorted()),
            "response_types": ["code"],
            "scope": .string(scope.description),
        ]
        if let issuedAt { answer["client_id_issued_at"] = .integer(issuedAt.seconds) }
        if let secret {
            answer["client_secret"] = .string(secret)
            answer["client_secret_expires_at"] = 0
        }
        if case .keys(let keys) = credential { answer["jwks"] = .object(keys.toPublicJSON()) }
        return answer.merging(metadata.json)
    }
}
