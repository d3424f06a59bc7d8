import Accounts
import Cryptography
import JOSE
import HTTPTypes
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// The modules of the plans oidcc-basic and oidcc-formpost-basic, each a test of its name.
struct BasicPlanTests {
    /// How the answer travels: the two plans differ in nothing else.
    static let modes: [String?] = [nil, "form_post"]

    /// A person with every claim, an application that asks in `mode`, and a browser where nobody is signed in.
    struct Plan {
        let server: TestServer
        let app: RelyingParty
        let person: Account
        let browser: TestBrowser
        let mode: String?

        init(_ mode: String?, _ change: (inout Client) -> Void = { _ in }) async throws {
            server = try await TestServer()
            person = try await server.person("ada") { account in
                account.claims = PersonalClaims(recorded: [
                    "given_name": "Ada", "family_name": "King", "middle_name": "Augusta", "nickname": "ada",
                    "profile": "https://ada.example", "picture": "https://ada.example/p.png",
                    "website": "https://ada.example", "gender": "female", "birthdate": "1815-12-10",
                    "zoneinfo": "Europe/London", "locale": "en-GB", "phone_number": "+441632960000",
                    "address": ["formatted": "St James's Square, London"],
                ])
            }
            app = try await RelyingParty(server, .clientSecretBasic, change)
            browser = TestBrowser(server)
            self.mode = mode
        }

        func request(_ changes: [String: String?] = [:]) -> String {
            app.request(["response_mode": mode].merging(changes) { _, new in new })
        }

        /// Goes the whole way; the answer came as the mode says.
        func authorize(_ changes: [String: String?] = [:]) async throws -> TestReply {
            let answer = try await app.go(on: browser.get(request(changes)), browser)
            if mode == "form_post" {
                #expect(answer.status == 200 && answer.text.contains("action=\"\(RelyingParty.redirect)\""))
                #expect(answer.field("Content-Security-Policy")?.contains("form-action") == false)
            } else {
                #expect(answer.location?.hasPrefix(RelyingParty.redirect + "?") == true)
            }
            return answer
        }

        /// The claims of the ID token that comes of the whole way.
        func idToken(_ changes: [String: String?] = [:]) async throws -> JSONObject {
            let tokens = try await app.redeem(authorize(changes))
            return try JSONObject.parse(Self.signed(tokens).payload)
        }

        /// What userinfo says when the whole way was gone.
        func userinfo(_ changes: [String: String?] = [:]) async throws -> JSONObject {
            let tokens = try await app.redeem(authorize(changes))
            return try #require(try await app.userinfo(tokens["access_token"] ?? "").json)
        }

        static func signed(_ tokens: TestReply) throws -> JWS {
            try JWS.parse(tokens["id_token"] ?? "", policy: JWSPolicy(algorithms: [.es256], type: .untyped))
        }
    }

    @Test(arguments: modes)
    func `oidcc-server`(mode: String?) async throws {
        let plan = try await Plan(mode)
        let answer = try await plan.authorize()
        #expect(answer.answer.keys.sorted().filter { $0 != "response_mode" } == ["code", "iss", "state"])
        #expect((answer.answer["code"] ?? "").utf8.count > 64)
        let tokens = try await plan.app.redeem(answer)
        let signed = try Plan.signed(tokens)
        try signed.verify(with: TestKey.known().privateKey.publicKey)
        try #expect(signed.kid == TestKey.known().thumbprint)
        let claims = try JSONObject.parse(signed.payload)
        #expect(claims["name"] == nil && claims["email"] == nil)
        let half = Hash.digest(tokens["access_token"] ?? "").prefix(16)
        #expect(claims["at_hash"]?.stringValue == Base64URL.encode(Array(half)))
        #expect(claims["auth_time"]?.integerValue != nil && claims["sid"]?.stringValue != nil)
    }

    @Test(arguments: modes)
    func `oidcc-response-type-missing`(mode: String?) async throws {
        let plan = try await Plan(mode)
        let answer = try await plan.authorize(["response_type": nil])
        #expect(answer.answer["error"] == "invalid_request")
        #expect(answer.answer["state"] == "state of the app" && answer.answer["code"] == nil)
        #expect(plan.server.journal[answer.requestID].map(\.refusal.failed.check) == ["parameters"])
    }

    @Test(arguments: modes, ["GET", "POST"])
    func `oidcc-userinfo-get and -post-header`(mode: String?, method: String) async throws {
        let plan = try await Plan(mode)
        let tokens = try await plan.app.redeem(plan.authorize())
        let reply = try await plan.server.call(
            method == "GET" ? .get : .post,
            "/oauth/userinfo",
            .none,
            [.authorization: "Bearer \(tokens["access_token"] ?? "")"]
        )
        #expect(reply.status == 200)
        #expect(reply["sub"] == plan.person.id.description)
    }

    @Test(arguments: modes)
    func `oidcc-ensure-request-without-nonce-succeeds-for-code-flow`(mode: String?) async throws {
        #expect(try await Plan(mode).idToken(["nonce": nil])["nonce"] == nil)
    }

    @Test(
        arguments: modes,
        [
            ("profile", 14, ["updated_at", "birthdate", "preferred_username"]),
            ("email", 2, ["email", "email_verified"]),
            ("address", 1, ["address"]), ("phone", 2, ["phone_number", "phone_number_verified"]),
            ("profile email address phone", 19, ["address", "name"]),
        ]
    )
    func `oidcc-scope-profile, -email, -address, -phone and -all`(
        mode: String?,
        asked: (scope: String, count: Int, names: [String])
    ) async throws {
        let plan = try await Plan(mode)
        let claims = try await plan.userinfo(["scope": "openid \(asked.scope)"])
        #expect(claims.names.count == asked.count + 1, "\(claims.names)")
        #expect(Set(asked.names).isSubset(of: claims.names))
    }

    @Test(arguments: modes, ["openid email", "openid profile", "openid profile email address phone"])
    func `oidcc-scope-email what userinfo tells is not in the ID token`(mode: String?, scope: String) async throws {
        let plan = try await Plan(mode)
        let tokens = try await plan.app.redeem(plan.authorize(["scope": scope]))
        let own = Set(try tokens.claims.names)
        let expected = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "acr", "amr"]
        #expect(own.isSubset(of: expected), "\(own)")
        for name in ["name", "email", "email_verified"] { #expect(!own.contains(name)) }
        // The control: there they are.
        let told = try await plan.app.userinfo(tokens["access_token"] ?? "").json
        #expect((told?["email"] != nil) == scope.contains("email"))
        #expect((told?["name"] != nil) == scope.contains("profile"))
    }

    @Test(
        arguments: modes,
        [
            ["scope": "phone email openid"], ["display": "page"], ["display": "popup"], ["extra": "foobar"],
            ["login_hint": "buffy@id.example.org"], ["ui_locales": "se"], ["claims_locales": "se"],
            ["acr_values": "1 2"], ["code_challenge": nil, "code_challenge_method": nil],
        ]
    )
    func `oidcc-alternate-happy-flow, -display, -unknown-parameter, -hints, -locales, -acr-values`(
        mode: String?,
        change: [String: String?]
    ) async throws {
        let plan = try await Plan(mode)
        let answer = try await plan.authorize(change)
        #expect(
            try await plan.app.redeem(answer, change["code_challenge"] == nil ? [:] : ["code_verifier": nil]).status
                == 200
        )
    }

    @Test(arguments: modes)
    func `oidcc-prompt-login`(mode: String?) async throws {
        let plan = try await Plan(mode)
        let first = try await plan.idToken()
        plan.server.provider.clock.advance(by: 5)
        let shown = try await plan.browser.get(plan.request(["prompt": "login"]))
        #expect(shown.location?.hasPrefix("/sign-in?") == true && shown.location?.contains("again=yes") == true)
        let page = try await plan.browser.get(shown.location ?? "")
        #expect(page.status == 200 && page.text.contains("id=\"password\""))
        let second = try await plan.idToken(["prompt": "login"])
        #expect((second["auth_time"]?.integerValue ?? 0) > (first["auth_time"]?.integerValue ?? 0))
    }

    @Test(arguments: modes)
    func `oidcc-prompt-none-not-logged-in`(mode: String?) async throws {
        let plan = try await Plan(mode)
        let state = String(repeating: "s", count: 128)
        let answer = try await plan.authorize(["prompt": "none", "state": state])
        #expect(answer.answer["error"] == "login_required" && answer.answer["state"] == state)
    }

    @Test(arguments: modes)
    func `oidcc-prompt-none-logged-in and -id-token-hint`(mode: String?) async throws {
        let plan = try await Plan(mode)
        let tokens = try await plan.app.redeem(plan.authorize())
        let first = try JSONObject.parse(Plan.signed(tokens).payload)
        plan.server.provider.clock.advance(by: 5)
        for hint in [nil, tokens["id_token"]] {
            let answer = try await plan.browser.get(plan.request(["prompt": "none", "id_token_hint": hint]))
            let again = try await JSONObject.parse(Plan.signed(plan.app.redeem(answer)).payload)
            #expect(again["sub"] == first["sub"] && again["auth_time"] == first["auth_time"])
        }
    }

    @Test(arguments: modes)
    func `oidcc-max-age-1`(mode: String?) async throws {
        let plan = try await Plan(mode)
        let first = try await plan.idToken()
        plan.server.provider.clock.advance(by: 2)
        #expect(try await plan.browser.get(plan.request(["max_age": "1"])).location?.contains("again=yes") == true)
        let second = try await plan.idToken(["max_age": "1"])
        #expect((second["auth_time"]?.integerValue ?? 0) > (first["auth_time"]?.integerValue ?? 0))
    }

    @Test(arguments: modes)
    func `oidcc-max-age-10000`(mode: String?) async throws {
        let plan = try await Plan(mode)
        let first = try await plan.idToken(["max_age": "15000"])
        plan.server.provider.clock.advance(by: 2)
        let answer = try await plan.browser.get(plan.request(["max_age": "10000"]))
        let second = try await JSONObject.parse(Plan.signed(plan.app.redeem(answer)).payload)
        #expect(second["auth_time"] == first["auth_time"] && first["auth_time"] != nil)
    }

    @Test(arguments: modes, [0, 30])
    func `oidcc-codereuse and -codereuse-30seconds`(mode: String?, wait: Int64) async throws {
        let plan = try await Plan(mode)
        let answer = try await plan.authorize(["scope": "openid offline_access"])
        let tokens = try await plan.app.redeem(answer)
        #expect(try await plan.app.userinfo(tokens["access_token"] ?? "").status == 200)
        plan.server.provider.clock.advance(by: wait)
        let again = try await plan.app.redeem(answer)
        #expect(again.status == 400 && again.error == "invalid_grant")
        #expect(try await plan.app.userinfo(tokens["access_token"] ?? "").status == 401)
        #expect(try await plan.app.refresh(tokens["refresh_token"] ?? "").error == "invalid_grant")
    }

    @Test(arguments: modes, ["https://app.example/other", RelyingParty.redirect + "?foo=bar", nil])
    func `oidcc-ensure-registered-redirect-uri and -ensure-redirect-uri-in-authorization-request`(
        mode: String?,
        uri: String?
    ) async throws {
        let plan = try await Plan(mode)
        let reply = try await plan.browser.get(plan.request(["redirect_uri": uri]))
        #expect(reply.status == 400 && reply.location == nil)
        #expect(reply.text.contains("This sign-in request cannot be served"))
        #expect(
            plan.server.journal[reply.requestID].map(\.refusal.failed.check) == [
                uri == nil ? "parameters" : "redirect_uri"
            ]
        )
    }

    @Test(arguments: modes)
    func `oidcc-ensure-post-request-succeeds`(mode: String?) async throws {
        let plan = try await Plan(mode)
        var form: TestForm = [:]
        for pair in plan.app.query(["response_mode": mode]).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            form = form.setting(String(parts[0]), to: PercentEncoding.decode(parts[1]) ?? "")
        }
        // Another site's page sends it: the cookies that the browser holds are not with it.
        let moved = try await plan.browser.post("/authorize", form, [.origin: "https://app.example"])
        #expect(moved.status == 303)
        #expect(try await plan.app.redeem(plan.app.go(on: moved, plan.browser)).status == 200)
    }

    @Test(arguments: modes, [("request", "invalid_request_object"), ("request_uri", "invalid_request_uri")])
    func `what is no request object, and an address that nobody registered, are told`(
        mode: String?,
        case: (name: String, error: String)
    ) async throws {
        let (name, error) = `case`
        let answer = try await Plan(mode).authorize([name: "https://app.example/object"])
        #expect(answer.answer["error"] == error)
    }

    @Test(arguments: modes)
    func `oidcc-claims-essential`(mode: String?) async throws {
        let plan = try await Plan(mode)
        let tokens = try await plan.app.redeem(
            plan.authorize(["claims": #"{"userinfo":{"name":{"essential":true}}}"#])
        )
        #expect(try JSONObject.parse(Plan.signed(tokens).payload)["name"] == nil)
        #expect(try await plan.app.userinfo(tokens["access_token"] ?? "")["name"] == plan.person.name)
    }

    @Test(arguments: modes)
    func `claims that are named for the ID token are in it, at a refresh too`(mode: String?) async throws {
        let plan = try await Plan(mode)
        let claims = #"{"id_token":{"email":null,"given_name":{"essential":true},"unheard_of":null,"sub":null}}"#
        let tokens = try await plan.app.redeem(
            plan.authorize(["scope": "openid offline_access", "prompt": "consent", "claims": claims])
        )
        let next = try await plan.app.refresh(tokens["refresh_token"] ?? "")
        for reply in [tokens, next] {
            let told = try JSONObject.parse(Plan.signed(reply).payload)
            #expect(told["email"]?.stringValue == "ada@example.org" && told["given_name"]?.stringValue == "Ada")
            #expect(told["unheard_of"] == nil && told["name"] == nil)
            #expect(told["sub"]?.stringValue == plan.person.id.description)
        }
    }

    @Test(arguments: modes)
    func `oidcc-refresh-token`(mode: String?) async throws {
        let plan = try await Plan(mode)
        let tokens = try await plan.app.redeem(
            plan.authorize(["scope": "openid offline_access", "prompt": "consent"])
        )
        let first = try JSONObject.parse(Plan.signed(tokens).payload)
        plan.server.provider.clock.advance(by: 1)
        let next = try await plan.app.refresh(tokens["refresh_token"] ?? "")
        #expect(next.status == 200 && next.field("Cache-Control") == "no-store")
        let second = try JSONObject.parse(Plan.signed(next).payload)
        for name in ["iss", "sub", "aud", "auth_time"] { #expect(first[name] == second[name], "\(name)") }
        #expect(first["iat"] != second["iat"] && second["nonce"] == nil)
        #expect(try await plan.app.userinfo(next["access_token"] ?? "").status == 200)
        let other = try await RelyingParty(plan.server, id: "other")
        let stolen = try await other.refresh(tokens["refresh_token"] ?? "")
        #expect(stolen.status == 400 && stolen.error == "invalid_grant")
        // It was not spent by the attempt.
        #expect(try await plan.app.refresh(next["refresh_token"] ?? "").status == 200)
    }

    @Test(arguments: modes)
    func `oidcc-server-client-secret-post`(mode: String?) async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let app = try await RelyingParty(server, .clientSecretPost)
        let answer = try await app.authorize(TestBrowser(server), ["response_mode": mode])
        #expect(try await app.redeem(answer).status == 200)
    }

    @Test(arguments: modes)
    func `oidcc-idtoken-rs256`(mode: String?) async throws {
        let server = try await TestServer()
        try await server.person("ada")
        let key = try PrivateKey.generate(.rsa(bits: 2048))
        let now = server.provider.clock.now()
        let known = try SigningKey(TestKey.known().privateKey, algorithm: .es256, createdAt: now - 86_400)
        server.provider.dependencies.keys.replace(with: [
            known, try SigningKey(key, algorithm: .rs256, createdAt: now - 86_400),
        ])
        let app = try await RelyingParty(server) { $0.metadata.idTokenAlgorithm = .rs256 }
        let tokens = try await app.redeem(app.authorize(TestBrowser(server), ["response_mode": mode]))
        let signed = try JWS.parse(
            tokens["id_token"] ?? "",
            policy: JWSPolicy(algorithms: [.rs256], type: .untyped)
        )
        try signed.verify(with: key.publicKey)
        #expect(signed.kid == key.publicKey.thumbprint)
    }
}
