import Accounts
import Cryptography
package import HTTPTypes
import JOSE
package import OAuth
package import Provider
import Storage

extension TestProvider {
    /// Registers an account with `key` by the real steps: ask, follow the link, register.
    ///
    /// `form` is what is sent as the public key; the uncompressed point, or the JWK where there is none, unless said. Gives
    /// the account's id.
    @discardableResult
    package func register(
        _ key: TestKey,
        email: String = "alice@example.org",
        name: String = "Alice Example",
        form: String? = nil
    ) async throws -> String {
        let text = form ?? (key.hexadecimal.isEmpty ? key.jwkText : key.hexadecimal)
        let address = EmailAddress(email)!
        let asked = try await registration.ask(address, from: "192.0.2.1")
        _ = try await registration.verify(String(asked.verificationURL.split(separator: "/").last!))
        return try await registration.register(
            email: address,
            name: name,
            keys: RegisteredKey.all(in: text).map { AccountKey(thumbprint: $0.thumbprint, registeredForm: text) },
            registrationToken: asked.registrationToken,
            from: "192.0.2.1"
        ).description
    }

    /// Blocks the account with this id.
    package func block(_ account: String) async throws {
        _ = try await stores.accounts.setState(.blocked, of: Account.ID(account))
    }

    /// Lets the account with this id sign in again.
    package func unblock(_ account: String) async throws {
        _ = try await stores.accounts.setState(.active, of: Account.ID(account))
    }

    /// Deletes the account with this id.
    package func delete(_ account: String) async throws {
        _ = try await stores.accounts.delete(Account.ID(account))
    }

    /// Registers a client for `method` with a new secret, or with `key` (a new P-256 key, unless said).
    package func addClient(
        _ method: ClientAuthenticationMethod,
        id: String = "client-1",
        scope: String = "read write",
        key: TestKey? = nil,
        _ change: (inout Client) -> Void = { _ in }
    ) async throws -> TestClient {
        let secret = "secret of " + id + " " + Base64URL.encode(random.bytes(32))
        let clientKey = try method == .privateKeyJWT ? key ?? .p256() : nil
        let credential: Client.Credential =
            switch method {
            case .privateKeyJWT: .keys(JWKSet([JWK(key: clientKey!.privateKey.publicKey)]))
            case .clientSecretJWT:
                .sealedSecret(
                    try dependencies.sealing.seal(Array(secret.utf8), for: Client.ID(id), random: random)
                )
            case .clientSecretBasic, .clientSecretPost: .secretDigest(Hash.digest(secret))
            case .none: .none
            }
        var client = Client(
            id: Client.ID(id),
            name: "Test \(id)",
            authentication: method,
            credential: credential,
            scope: try Scope(scope)
        )
        change(&client)
        try await add(client)
        let hasSecret = method != .privateKeyJWT && method != .none
        return TestClient(id: id, method: method, key: clientKey, secret: hasSecret ? secret : nil)
    }

    /// Registers a client as it is.
    package func add(_ client: Client) async throws {
        try await stores.clients.add(client, at: clock.now())
    }

    /// Takes a client out of the register.
    package func remove(_ client: TestClient) async throws {
        _ = try await stores.clients.remove(Client.ID(client.id))
    }

    /// A fresh challenge, by the endpoint.
    package func challenge() async -> String {
        await call(.post, base + "/oauth/challenge")["challenge"] ?? ""
    }

    /// A right assertion of `client`, with what `tampering` says. A key of an account signs a fresh challenge, unless
    /// `challenge` is given.
    package func assertion(
        of client: TestClient,
        _ tampering: Tampering = .none,
        challenge: String? = nil
    ) async throws -> String {
        let now = clock.now()
        var claims: JSONObject = [
            "iss": .string(client.id), "sub": .string(client.id), "aud": .string(provider.settings.issuer),
            "iat": .integer(now.seconds), "exp": .integer((now + 60).seconds),
            "jti": .string(Hexadecimal.encode(random.bytes(16))),
        ]
        let isKeyOfAccount = client.key.map { $0.clientID == client.id } ?? false
        if let challenge {
            claims["challenge"] = .string(challenge)
        } else if isKeyOfAccount {
            claims["challenge"] = .string(await self.challenge())
        }
        if let key = client.key {
            let header: JSONObject = ["alg": .string(key.algorithm.rawValue), "typ": "JWT"]
            return try TestAssertion(header: header, claims: claims).signed(by: key, tampering, now: now)
        }
        var tampering = tampering
        if case .right = tampering.signature { tampering.signature = .hmac(Array((client.secret ?? "").utf8)) }
        let header: JSONObject = ["alg": "HS256", "typ": "JWT"]
        return try TestAssertion(header: header, claims: claims).signed(by: .known(), tampering, now: now)
    }

    /// The parameters and fields by which `client` authenticates, by its own method.
    package func credentials(of client: TestClient) async throws -> (form: TestForm, headers: HTTPFields) {
        switch client.method {
        case .clientSecretBasic:
            ([:], [.authorization: Self.basic(client.id, client.secret ?? "")])
        case .clientSecretPost:
            (["client_id": client.id, "client_secret": client.secret ?? ""], [:])
        case .clientSecretJWT, .privateKeyJWT:
            (Self.form(assertion: try await assertion(of: client)), [:])
        case .none: (["client_id": client.id], [:])
        }
    }

    /// The value of an `Authorization` field for HTTP Basic (RFC 6749 §2.3.1).
    package static func basic(_ id: String, _ secret: String) -> String {
        "Basic " + base64("\(TestForm.encode(id)):\(TestForm.encode(secret))")
    }

    /// RFC 4648 §4, with padding.
    package static func base64(_ text: String) -> String {
        let unpadded = Base64URL.encode(Array(text.utf8)).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        return String(unpadded) + String(repeating: "=", count: (4 - unpadded.count % 4) % 4)
    }

    /// The two parameters that carry an assertion (RFC 7523 §2.2).
    package static func form(assertion: String) -> TestForm {
        ["client_assertion_type": jwtBearerAssertionType, "client_assertion": assertion]
    }

    /// A request of `client` to an endpoint that takes a form.
    package func call(_ path: String, as client: TestClient, _ form: TestForm = [:]) async throws -> TestReply {
        let credentials = try await credentials(of: client)
        return await call(.post, base + path, .form(form + credentials.form), headers: credentials.headers)
    }

    /// A request of `client` for a token, with `client_credentials`.
    package func requestToken(as client: TestClient, scope: String? = nil) async throws -> TestReply {
        var form: TestForm = ["grant_type": "client_credentials"]
        if let scope { form = form.setting("scope", to: scope) }
        return try await call("/oauth/token", as: client, form)
    }

    /// An access token of `client`; empty when it was refused.
    package func token(of client: TestClient, scope: String? = nil) async throws -> String {
        try await requestToken(as: client, scope: scope)["access_token"] ?? ""
    }

    /// A request with an assertion for a token, as one sends it.
    package func requestToken(assertion: String, _ more: TestForm = [:]) async -> TestReply {
        let form: TestForm = ["grant_type": "client_credentials"]
        return await call(.post, base + "/oauth/token", .form(form + Self.form(assertion: assertion) + more))
    }

    /// `userinfo` with a token.
    package func userinfo(_ token: String) async -> TestReply {
        await call(.get, base + "/oauth/userinfo", headers: [.authorization: "Bearer " + token])
    }

    private var base: String { provider.settings.basePath }
}
