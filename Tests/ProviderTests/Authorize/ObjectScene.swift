import Cryptography
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// A client that sends request objects, and what becomes of its requests.
struct ObjectScene: Sendable {
    static let redirect = "https://app.example/callback"
    static let url = "https://app.example/request.jwt"

    let provider: TestProvider
    let client: TestClient
    /// What it signs with.
    let key: TestKey

    /// What an authorization request came to.
    enum Outcome {
        case accepted(AuthorizationRequest)
        /// The client is told, at `redirect`.
        case told(error: String, check: String)
        case page(error: String, check: String)

        var error: String? {
            switch self {
            case .accepted: nil
            case .told(let error, _), .page(let error, _): error
            }
        }

        var check: String? {
            switch self {
            case .accepted: nil
            case .told(_, let check), .page(_, let check): check
            }
        }

        var request: AuthorizationRequest? { if case .accepted(let request) = self { request } else { nil } }
        var isPage: Bool { if case .page = self { true } else { false } }
    }

    init(
        _ method: ClientAuthenticationMethod = .clientSecretBasic,
        id: String = "app",
        in provider: TestProvider? = nil,
        key: TestKey? = nil,
        _ change: (inout Client) -> Void = { _ in }
    ) async throws {
        let key = if let key { key } else { try TestKey.p256() }
        let server = if let provider { provider } else { try await TestProvider() }
        let set = try ClientKeySet(registered: ["keys": [.object(key.jwk)]])
        client = try await server.addClient(method, id: id, scope: "openid email", key: key) { client in
            client.grants = [.authorizationCode]
            client.metadata.redirectURIs = [RedirectURI(registering: Self.redirect, isNative: false)!]
            if method != .privateKeyJWT { client.metadata.keys = .registered(set) }
            client.metadata.requestURIs = [Self.url]
            change(&client)
        }
        (self.provider, self.key) = (server, key)
    }

    /// What a plain request says.
    static let plain: JSONObject = [
        "response_type": "code", "redirect_uri": .string(redirect), "scope": "openid", "state": "inside",
        "nonce": "n-inside", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    ]

    /// A right request object with these claims over those of `plain`; nil takes one out.
    func object(
        _ claims: [String: JSON?] = [:],
        header: JSONObject = [:],
        by other: TestKey? = nil,
        _ tampering: Tampering = .none
    ) throws -> String {
        let (now, key) = (provider.clock.now(), other ?? key)
        var all = Self.plain.merging([
            "client_id": .string(client.id), "iss": .string(client.id), "aud": .string(TestProvider.issuer),
            "iat": .integer(now.seconds), "exp": .integer((now + 60).seconds), "jti": "j",
        ])
        for (name, value) in claims { all[name] = value }
        let whole = (["alg": .string(key.algorithm.rawValue)] as JSONObject).merging(header)
        return try TestAssertion(header: whole, claims: all).signed(by: key, tampering, now: now)
    }

    /// One that nobody signed.
    func unsigned(_ claims: [String: JSON?] = [:], header: JSONObject = [:]) throws -> String {
        try object(claims, header: header.merging(["alg": "none"]), .with { $0.signature = .exactly([]) })
    }

    /// A request with these parameters beside the client's id and, unless changed, those that OIDC Core §6.1 wants outside.
    func ask(_ parameters: [String: String?], start: Timestamp? = nil) async throws -> Outcome {
        var all: [String: String?] = [
            "client_id": client.id, "response_type": "code", "scope": "openid email", "state": "outside",
            "redirect_uri": Self.redirect,
        ]
        for (name, value) in parameters { all[name] = value }
        let text = all.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
        let form = try Parameters(form: Array(text.joined(separator: "&").utf8))
        do {
            let start = start ?? provider.clock.now()
            return .accepted(try await provider.provider.authorization.request(form, start: start, from: "192.0.2.1"))
        } catch AuthorizationFailure.page(let error) {
            return .page(error: error.code.name, check: error.failed.check)
        } catch AuthorizationFailure.response(let response) {
            #expect(response.target.redirectURI == Self.redirect)
            let refusal = try #require(response.refusal)
            return .told(error: refusal.error, check: refusal.failed.check)
        }
    }
}
