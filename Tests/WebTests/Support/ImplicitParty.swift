import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// An application that asks for tokens at once, a person with an account, and the browser that nobody is signed in with.
struct ImplicitParty {
    let server: TestServer
    let app: RelyingParty
    let person: Account
    let browser: TestBrowser
    /// What it asks for, unless a request says otherwise.
    let type: String
    /// The response mode; nil where the request names none.
    let mode: String?

    static let types = ["id_token", "id_token token"]
    static let modes: [String?] = [nil, "form_post"]

    /// `registered` are its types; `isOn` is what the operator decided.
    init(
        _ type: String,
        _ mode: String? = nil,
        registered: Set<ResponseType> = [.idToken, .idTokenToken],
        isOn: Bool = true,
        _ change: (inout Client) -> Void = { _ in }
    ) async throws {
        (self.type, self.mode) = (type, mode)
        server = try TestServer(over: try await TestProvider { $0.servesImplicitFlow = isOn })
        person = try await server.person("ada") { account in
            account.claims = PersonalClaims(recorded: [
                "given_name": "Ada", "phone_number": "+441632960000", "address": ["country": "England"],
            ])
        }
        app = try await RelyingParty(server) { client in
            client.grants = Set(registered.map(\.grant)).union([.refreshToken])
            client.metadata.responseTypes = registered
            change(&client)
        }
        browser = TestBrowser(server)
    }

    /// The path and query of its request, which has nothing of a code.
    func request(_ changes: [String: String?] = [:]) -> String {
        let own: [String: String?] = [
            "response_type": type, "response_mode": mode, "code_challenge": nil, "code_challenge_method": nil,
        ]
        return app.request(own.merging(changes) { _, new in new })
    }

    /// Goes the whole way. Whatever comes of it, nothing is in the query.
    func authorize(_ changes: [String: String?] = [:]) async throws -> TestReply {
        let answer = try await app.go(on: browser.get(request(changes)), browser)
        if mode == "form_post" {
            #expect(answer.status == 200 && answer.text.contains("action=\"\(RelyingParty.redirect)\""))
        } else {
            #expect(answer.location?.hasPrefix(RelyingParty.redirect + "#") == true, "\(answer.location ?? "")")
        }
        #expect(answer.field("Cache-Control") == "no-store" && answer.field("Referrer-Policy") == "no-referrer")
        return answer
    }

    /// The claims of the ID token that comes of the whole way, verified.
    func idToken(_ changes: [String: String?] = [:]) async throws -> JSONObject {
        try await claims(authorize(changes).front["id_token"])
    }

    /// The claims of `token`, whose signature is by a key that the server publishes under the name that it gives.
    func claims(_ token: String?) async throws -> JSONObject {
        let signed = try JWS.parse(token ?? "", policy: JWSPolicy(algorithms: [.es256], type: .untyped))
        let set = try await server.call(.get, "/oauth/jwks")
        let keys = try #require(set.json?["keys"]?.arrayValue).compactMap(\.objectValue)
        let key = try #require(keys.first { $0["kid"]?.stringValue == signed.kid })
        try signed.verify(with: JWK(json: key).key)
        return try JSONObject.parse(signed.payload)
    }
}

extension TestReply {
    /// The parameters of an answer, in the fragment of its redirect or in the form of its page.
    var front: [String: String] {
        guard let location else { return inputs }
        guard let mark = location.firstIndex(of: "#") else { return [:] }
        let pairs = location[location.index(after: mark)...].split(separator: "&").map {
            $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        }
        return Dictionary(
            uniqueKeysWithValues: pairs.map { (String($0[0]), PercentEncoding.decode($0.count > 1 ? $0[1] : "") ?? "") }
        )
    }
}
