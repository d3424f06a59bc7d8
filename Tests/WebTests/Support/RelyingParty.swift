import Cryptography
import FoundationEssentials
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport

@testable import Web

/// An application that sends people here to sign in, and the browser that they do it with.
struct RelyingParty {
    static let redirect = "https://app.example/callback"
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk-dBjftJeZ"

    let server: TestServer
    let client: TestClient

    /// Registers it; `change` is what it says of itself beyond its redirect URI.
    init(
        _ server: TestServer,
        id: String = "app",
        _ method: ClientAuthenticationMethod = .clientSecretBasic,
        scope: String = "openid profile email address phone offline_access",
        _ change: (inout Client) -> Void = { _ in }
    ) async throws {
        self.server = server
        client = try await server.provider.addClient(method, id: id, scope: scope) { client in
            client.grants = [.authorizationCode, .refreshToken]
            client.metadata.redirectURIs = [RedirectURI(registering: Self.redirect, isNative: false)!]
            client.metadata.idTokenAlgorithm = .es256
            change(&client)
        }
    }

    /// One that is registered already.
    init(_ server: TestServer, _ client: TestClient) {
        (self.server, self.client) = (server, client)
    }

    /// The path and query of its request; nil takes a parameter out.
    func request(_ changes: [String: String?] = [:]) -> String {
        "/authorize?" + query(changes)
    }

    func query(_ changes: [String: String?] = [:]) -> String {
        var parameters: [String: String?] = [
            "client_id": client.id, "redirect_uri": Self.redirect, "response_type": "code", "scope": "openid",
            "state": "state of the app", "nonce": "n-0S6_WzA2Mj",
            "code_challenge": Base64URL.encode(Hash.digest(Self.verifier)), "code_challenge_method": "S256",
        ]
        for (name, value) in changes { parameters[name] = value }
        return parameters.sorted { $0.key < $1.key }.compactMap { name, value in
            value.map { "\(name)=\(PercentEncoding.encode($0))" }
        }.joined(separator: "&")
    }

    /// Goes on from `reply` as a person does who signs in as `username` and allows what is asked for, to where the browser is sent
    /// out of the server, or to a page that asks for something else.
    func go(on reply: TestReply, _ browser: TestBrowser, as username: String = "ada") async throws -> TestReply {
        var reply = reply
        for _ in 0..<8 {
            if let location = reply.location {
                guard location.hasPrefix("/") else { return reply }
                reply = try await browser.get(location)
            } else if reply.text.contains("id=\"sign-in\"") {
                reply = try await browser.post("/sign-in", reply.signInForm(username))
            } else if reply.text.contains("id=\"allow\"") {
                reply = try await browser.post("/authorize/consent", reply.consentForm(choice: "allow"))
            } else {
                return reply
            }
        }
        return reply
    }

    /// The whole way, to the answer.
    func authorize(
        _ browser: TestBrowser,
        as username: String = "ada",
        _ changes: [String: String?] = [:]
    ) async throws -> TestReply {
        try await go(on: browser.get(request(changes)), browser, as: username)
    }

    /// The tokens for the code of `answer`.
    func redeem(_ answer: TestReply, _ changes: [String: String?] = [:]) async throws -> TestReply {
        var form: [String: String?] = [
            "grant_type": "authorization_code", "code": answer.answer["code"], "redirect_uri": Self.redirect,
            "code_verifier": Self.verifier,
        ]
        for (name, value) in changes { form[name] = value }
        return try await token(form)
    }

    func refresh(_ token: String, _ changes: [String: String?] = [:]) async throws -> TestReply {
        var form: [String: String?] = ["grant_type": "refresh_token", "refresh_token": token]
        for (name, value) in changes { form[name] = value }
        return try await self.token(form)
    }

    private func token(_ parameters: [String: String?]) async throws -> TestReply {
        var (form, fields) = try await server.provider.credentials(of: client)
        for (name, value) in parameters { if let value { form = form.setting(name, to: value) } }
        return try await server.call(.post, "/oauth/token", .form(form), fields)
    }

    func userinfo(_ token: String) async throws -> TestReply {
        try await server.call(.get, "/oauth/userinfo", .none, [.authorization: "Bearer \(token)"])
    }
}

extension TestReply {
    /// What the ID token of the reply says.
    var claims: JSONObject {
        get throws {
            let policy = JWSPolicy(algorithms: [.es256], type: .untyped)
            return try JSONObject.parse(JWS.parse(self["id_token"] ?? "", policy: policy).payload)
        }
    }

    /// The parameters that an answer has in the query of its redirect, or in the form of its page.
    var answer: [String: String] {
        var found: [String: String] = [:]
        if let location, let mark = location.firstIndex(of: "?") {
            for pair in location[location.index(after: mark)...].split(separator: "&") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                found[String(parts[0])] = PercentEncoding.decode(parts.count > 1 ? parts[1] : "")
            }
        } else {
            found = inputs
        }
        return found
    }

    /// The hidden inputs of the page's forms.
    var inputs: [String: String] {
        var found: [String: String] = [:]
        for part in text.components(separatedBy: "<input type=\"hidden\" name=\"").dropFirst() {
            let name = String(part.prefix { $0 != "\"" })
            guard let start = part.firstRange(of: "value=\"") else { continue }
            let value = String(part[start.upperBound...].prefix { $0 != "\"" })
            found[name] = value.replacing("&amp;", with: "&").replacing("&#39;", with: "'").replacing(
                "&quot;",
                with: "\""
            )
        }
        return found
    }

    func signInForm(_ username: String) -> TestForm {
        let inputs = inputs
        var form: TestForm = [
            "username": username, "password": TestBrowser.password, "form_token": inputs["form_token"] ?? "",
        ]
        if let path = inputs["return"] { form = form.setting("return", to: path) }
        return form
    }

    func consentForm(choice: String) -> TestForm {
        ["form_token": formToken, "request": inputs["request"] ?? "", "choice": choice]
    }
}
