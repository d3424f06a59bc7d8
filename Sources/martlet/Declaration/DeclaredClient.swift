import Cryptography
import FoundationEssentials
import JOSE
import OAuth
import Provider
import Storage

/// A client as a declarative file has it.
struct DeclaredClient: Sendable {
    /// Whole but for a sealed secret, which differs each time that it is sealed.
    let client: Client
    /// The secret that it proves itself with, where it has one.
    let secret: String?

    /// What a file's clients are read against.
    struct Context {
        /// The name of the file.
        let manager: String
        let scope: Scope
        let policies: [String: ClientPolicy]
        let environment: [String: String]
        /// Where paths in the file begin.
        let folder: String
    }

    private static let own = ["client_id", "client_secret", "policy", "resource_server", "must_answer_challenge"]
    private static let members = ClientRegistration.memberNames + own

    /// Throws `DeclarationError`.
    init(_ json: JSONObject, at place: String, _ context: Context) throws {
        let reader = DeclarationReader(json, at: place)
        try reader.refuseUnknown(Self.members)
        let id = try Self.id(reader)
        let possible = RegistrationWish.Possible(
            scope: context.scope,
            signing: KeyFolder.algorithms,
            types: ResponseType.allCases,
            isOperator: true
        )
        let metadata = try Self.metadata(reader, context, possible.grants)
        let wish: RegistrationWish
        do throws(OAuthError) {
            wish = try RegistrationWish(metadata, possible)
        } catch {
            throw DeclarationError("\(place) (\(id)):", "\(error.description) (\(error.failed.seen))")
        }
        secret = try Self.secret(reader, wish.method, context)
        var client = Client(
            id: Client.ID(id),
            name: wish.name ?? id,
            authentication: wish.method,
            credential: Self.credential(secret, wish),
            scope: try Scope(metadata["scope"]?.stringValue ?? "")
        )
        client.grants = wish.grants
        client.metadata = wish.metadata
        client.isResourceServer = try reader.flag("resource_server")
        client.mustAnswerChallenge = try reader.flag("must_answer_challenge")
        client.policy = try Self.policy(reader, context)
        client.manager = context.manager
        guard client.authentication != .none || !client.grants.contains(.clientCredentials) else {
            throw DeclarationError(
                "\(place).grant_types",
                "must not have client_credentials for a client that proves nothing"
            )
        }
        self.client = client
    }

    /// Neither a URL nor a name of the server's own, so it is never taken for another kind of client or an audience.
    private static func id(_ reader: DeclarationReader) throws -> String {
        let id = try reader.requiredText("client_id")
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        guard (1...100).contains(id.utf8.count), id.utf8.allSatisfy(allowed.contains) else {
            throw reader.problem("client_id", "must be at most 100 letters, digits and -._~")
        }
        return id
    }

    /// The members of registration, completed by what a file may leave out.
    private static func metadata(
        _ reader: DeclarationReader,
        _ context: Context,
        _ grants: Set<GrantType>
    ) throws -> JSONObject {
        var metadata = reader.json
        for name in own { metadata[name] = nil }
        let hasRedirects = metadata["redirect_uris"] != nil
        if metadata["grant_types"] == nil {
            metadata["grant_types"] =
                hasRedirects ? ["authorization_code", "refresh_token"] : ["client_credentials"]
        }
        for name in metadata["grant_types"]?.stringsValue ?? [] where !grants.contains(GrantType(name)) {
            throw reader.problem("grant_types", "has \(name.quoted), which the server does not have")
        }
        if metadata["scope"] == nil { metadata["scope"] = .string(hasRedirects ? SignInOptions.usualScope : "") }
        let named = try? Scope(metadata["scope"]?.stringValue ?? "")
        for token in named?.tokens ?? [] where !context.scope.contains(token) {
            throw reader.problem(
                "scope",
                "has \(token.quoted), which is neither a scope of the server nor one of \"scopes\""
            )
        }
        if let path = metadata["jwks"]?.objectValue?["file"]?.stringValue {
            metadata["jwks"] = try keySet(path.hasPrefix("/") ? path : "\(context.folder)/\(path)", reader)
        }
        return metadata
    }

    private static func keySet(_ path: String, _ reader: DeclarationReader) throws -> JSON {
        guard let file = try PlainFile(path, of: "keys") else {
            throw reader.problem("jwks", "names \(path.quoted), which is not there")
        }
        guard let set = try? JSONObject.parse(file.bytes) else {
            throw reader.problem("jwks", "names \(path.quoted), which is no JWK Set")
        }
        return .object(set)
    }

    private static func secret(
        _ reader: DeclarationReader,
        _ method: ClientAuthenticationMethod,
        _ context: Context
    ) throws -> String? {
        let hasSecret = [.clientSecretBasic, .clientSecretPost, .clientSecretJWT].contains(method)
        guard let json = reader.json["client_secret"] else {
            guard !hasSecret else {
                throw reader.problem("client_secret", "is missing: {\"env\": \"NAME\"} or {\"file\": \"/path\"}")
            }
            return nil
        }
        guard hasSecret else { throw reader.problem("client_secret", "is not for \(method.rawValue)") }
        let place = reader.place + ".client_secret"
        return try SecretReference(json, at: place).read(at: place, context.environment)
    }

    private static func credential(_ secret: String?, _ wish: RegistrationWish) -> Client.Credential {
        guard let secret else { return wish.keys ?? .none }
        return wish.method == .clientSecretJWT ? .sealedSecret([]) : .secretDigest(Hash.digest(secret))
    }

    /// The name of a policy, or a policy.
    private static func policy(_ reader: DeclarationReader, _ context: Context) throws -> ClientPolicy {
        switch reader.json["policy"] {
        case nil: return ClientPolicy()
        case .string(let name):
            if let policy = context.policies[name] { return policy }
            throw reader.problem("policy", "names \(name.quoted), which \"policies\" does not have")
        case .some(let json): return try ClientPolicy(declared: json, at: reader.place + ".policy")
        }
    }

    /// The client as it is to be stored. Throws `CryptographyError`.
    func stored(_ sealing: SealingKey?, _ random: any RandomSource) throws -> Client {
        guard case .sealedSecret = client.credential, let secret, let sealing else { return client }
        var stored = Client(
            id: client.id,
            name: client.name,
            authentication: client.authentication,
            credential: .sealedSecret(try sealing.seal(Array(secret.utf8), for: client.id, random: random)),
            scope: client.scope
        )
        stored.grants = client.grants
        stored.metadata = client.metadata
        stored.isResourceServer = client.isResourceServer
        stored.mustAnswerChallenge = client.mustAnswerChallenge
        stored.policy = client.policy
        stored.manager = client.manager
        return stored
    }
}

extension ClientPolicy {
    /// Throws `DeclarationError`.
    init(declared json: JSON, at place: String) throws {
        guard let object = json.objectValue else { throw DeclarationError(place, "must be an object") }
        do throws(OAuthError) {
            try self.init(json: object)
        } catch {
            throw DeclarationError(
                "\(place):",
                "\(error.description) (expected \(error.failed.expected), saw \(error.failed.seen))"
            )
        }
    }
}
