import Accounts
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// What the implicit flow may not do, and what ends what came of it.
struct ImplicitSecurityTests {
    typealias Plan = ImplicitParty

    private static let allTypes: [ResponseType] = [.code, .idToken, .idTokenToken]

    struct Pair: Sendable, CustomTestStringConvertible {
        let type: String
        let mode: String?
        /// The error, or nil where the pair is good.
        let error: String?
        /// Where the answer is: `?`, `#`, or `form`.
        let place: String
        var testDescription: String { "\(type) by \(mode ?? "what is usual")" }
    }

    /// Every type with every mode; an unknown mode is told by the usual one of the type.
    static let pairs: [Pair] = {
        let types: [(String, String?, String)] = [
            ("code", nil, "?"), ("id_token", nil, "#"), ("id_token token", nil, "#"), ("token id_token", nil, "#"),
            ("token", "unsupported_response_type", "#"), ("code token", "unsupported_response_type", "#"),
            ("code id_token", "unsupported_response_type", "#"), ("none", "unsupported_response_type", "?"),
            ("code id_token token", "unsupported_response_type", "#"), ("Code", "unsupported_response_type", "?"),
            ("id_token id_token", "unsupported_response_type", "#"),
        ]
        return types.flatMap { type, error, place in
            [nil, "query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt", "web_message"]
                .map { mode in
                    let usual = place == "?" ? "query" : "fragment"
                    let isGood = mode == nil || mode == usual || mode == "form_post"
                    return Pair(
                        type: type,
                        mode: mode,
                        error: isGood ? error : "invalid_request",
                        place: mode == "form_post" ? "form" : place
                    )
                }
        }
    }()

    @Test(arguments: pairs)
    func `AR-21 no token is ever in a query, whatever type is asked for by whatever mode`(pair: Pair) async throws {
        let plan = try await Plan(pair.type, pair.mode, registered: Set(Self.allTypes))
        // With the first request a person signs in and allows it; the second is answered at once.
        _ = try await plan.app.go(on: plan.browser.get(plan.app.request()), plan.browser)
        let asked = plan.app.request(["response_type": pair.type, "response_mode": pair.mode])
        let reply = try await plan.browser.get(asked)
        let found: [String: String]
        if pair.place == "form" {
            #expect(reply.status == 200 && reply.location == nil)
            found = reply.inputs
        } else {
            let location = try #require(reply.location)
            #expect(location.hasPrefix(RelyingParty.redirect + pair.place), "\(location)")
            #expect(!location.contains(pair.place == "?" ? "#" : "?"))
            found = pair.place == "?" ? reply.answer : reply.front
        }
        #expect(found["error"] == pair.error && found["state"] == "state of the app")
        #expect(found["iss"] == TestProvider.issuer)
        let isCode = pair.error == nil && pair.type == "code"
        #expect((found["code"] != nil) == isCode)
        #expect((found["id_token"] != nil) == (pair.error == nil && !isCode))
        #expect((found["access_token"] != nil) == (pair.error == nil && !isCode && pair.type != "id_token"))
        if pair.place == "?" { #expect(reply.location?.contains("token=") == false) }
    }

    @Test func `off, which is the default, nothing of it is there`() async throws {
        #expect(!Settings(issuer: "").servesImplicitFlow)
        let types: [(String, String?)] = Plan.types.flatMap { type in ["form_post", nil].map { (type, $0) } }
        for (type, mode) in types {
            let plan = try await Plan(type, mode, registered: Set(Self.allTypes), isOn: false)
            let reply = try await plan.browser.get(plan.request())
            #expect(reply.answer["error"] == "unsupported_response_type" && reply.answer["state"] != nil)
            #expect(reply.answer["id_token"] == nil && reply.location?.contains("#") != true)
            let code = try await plan.browser.get(plan.app.request(["response_mode": "fragment"]))
            #expect(code.answer["error"] == "invalid_request")
        }
        let metadata = try await TestServer().call(.get, "/.well-known/openid-configuration")
        #expect(metadata.json?["response_types_supported"] == ["code"])
        #expect(metadata.json?["response_modes_supported"] == ["query", "form_post"])
        #expect(metadata.json?["grant_types_supported"]?.stringsValue?.contains("implicit") == false)
    }

    /// Each client asks for each type; it gets what it registered.
    @Test(arguments: [[.code], [.idToken], [.idTokenToken], [.code, .idToken], allTypes] as [[ResponseType]])
    func `a client gets the types that it registered, and no other`(registered: [ResponseType]) async throws {
        let plan = try await Plan("", registered: Set(registered))
        for type in Self.allTypes {
            let mode = type == .code ? "?" : "#"
            let reply = try await plan.browser.get(plan.app.request(["response_type": type.rawValue]))
            if registered.contains(type) {
                #expect(reply.location?.hasPrefix("/sign-in?") == true)
            } else {
                #expect(reply.location?.hasPrefix(RelyingParty.redirect + mode + "error=unauthorized_client&") == true)
            }
        }
    }

    @Test func `where a code challenge is asked of a client it gets nothing without one`() async throws {
        for (isStrict, error) in [(true, "unauthorized_client"), (false, nil)] {
            let plan = try await Plan("id_token token") { $0.policy.requiresPKCE = isStrict }
            #expect(try await plan.authorize().front["error"] == error)
        }
    }

    @Test(arguments: ["profile email", "offline_access"])
    func `without openid there is no ID token, and nothing else`(scope: String) async throws {
        for type in Plan.types {
            let answer = try await Plan(type).authorize(["scope": scope]).front
            #expect(answer["error"] == "invalid_scope" && answer["access_token"] == nil)
        }
    }

    @Test func `nobody goes on without the person: offline access is passed over`() async throws {
        let plan = try await Plan("id_token token")
        let answer = try await plan.authorize(["scope": "openid offline_access", "prompt": "consent"]).front
        #expect(answer["scope"] == "openid" && answer["refresh_token"] == nil && answer["id_token"] != nil)
        let path = "/end-session?id_token_hint=\(answer["id_token"] ?? "")"
        #expect(try await plan.app.userinfo(answer["access_token"] ?? "").status == 200, "the control")
        _ = try await plan.browser.get(path)
        #expect(try await plan.app.userinfo(answer["access_token"] ?? "").status == 401)
    }

    @Test(arguments: ["sign-out", "block", "sign-out everywhere"])
    func `what ends the browser's session ends the tokens`(way: String) async throws {
        let plan = try await Plan("id_token token")
        let token = try await plan.authorize().front["access_token"] ?? ""
        #expect(try await plan.app.userinfo(token).status == 200, "the control")
        let (sessions, subject) = (plan.server.provider.provider.sessions, Subject.ID(plan.person.id.description))
        let browser = try #require(try await sessions.list(of: subject).first { $0.grant == nil })
        switch way {
        case "sign-out": try await sessions.end(browser.id)
        case "block": try await plan.server.provider.block(subject.description)
        default: try await sessions.endAll(of: subject)
        }
        #expect(try await plan.app.userinfo(token).status == 401)
        let silent = try await plan.browser.get(plan.request(["prompt": "none"]))
        #expect(silent.front["error"] == "login_required" && silent.front["id_token"] == nil)
    }

    @Test func `a person who does not allow it is sent back with that, in the fragment`() async throws {
        let plan = try await Plan("id_token token")
        try await plan.browser.signIn("ada")
        let asked = try await plan.browser.get(plan.request())
        let answer = try await plan.browser.post("/authorize/consent", asked.consentForm(choice: "deny"))
        #expect(answer.location?.hasPrefix(RelyingParty.redirect + "#error=access_denied&") == true)
        #expect(answer.front["state"] == "state of the app" && answer.front["iss"] == TestProvider.issuer)
        #expect(try await plan.browser.get(plan.request(["prompt": "none"])).front["error"] == "consent_required")
    }

    @Test func `the fragment follows the query that a redirect URI was registered with`() async throws {
        let uri = RelyingParty.redirect + "?bar=foo"
        let plan = try await Plan("id_token") {
            $0.metadata.redirectURIs = [RedirectURI(registering: uri, isNative: false)!]
        }
        let answer = try await plan.app.go(on: plan.browser.get(plan.request(["redirect_uri": uri])), plan.browser)
        #expect(answer.location?.hasPrefix(uri + "#id_token=") == true && answer.front["state"] != nil)
    }

    @Test(arguments: Plan.modes)
    func `AR-22 the state comes back as it was sent`(mode: String?) async throws {
        for state in ["x", "ümläut & más#?", "a b+c%20d", "🐦"] {
            #expect(try await Plan("id_token", mode).authorize(["state": state]).front["state"] == state)
        }
    }

    @Test func `a code is not the client's to redeem that has none, and implicit is no grant of the token endpoint`()
        async throws
    {
        let plan = try await Plan("id_token token")
        for type in ["authorization_code", "implicit"] {
            let reply = try await plan.app.redeem(plan.authorize(), ["grant_type": type, "code": "x"])
            #expect(reply.error == (type == "implicit" ? "unsupported_grant_type" : "unauthorized_client"))
        }
    }
}
