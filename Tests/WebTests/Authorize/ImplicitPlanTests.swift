import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// The modules of the plans oidcc-implicit and oidcc-formpost-implicit, each a test of its name.
struct ImplicitPlanTests {
    typealias Plan = ImplicitParty

    @Test(arguments: Plan.types, Plan.modes)
    func `oidcc-server`(type: String, mode: String?) async throws {
        let plan = try await Plan(type, mode)
        let answer = try await plan.authorize().front
        let token = answer["access_token"]
        let names = answer.keys.sorted().filter { $0 != "response_mode" }
        #expect(
            names
                == (type == "id_token"
                    ? ["id_token", "iss", "state"]
                    : ["access_token", "expires_in", "id_token", "iss", "scope", "state", "token_type"])
        )
        #expect(answer["state"] == "state of the app" && answer["iss"] == TestProvider.issuer)
        let claims = try await plan.claims(answer["id_token"])
        #expect(claims["iss"]?.stringValue == TestProvider.issuer && claims["aud"]?.stringValue == "app")
        #expect(claims["sub"]?.stringValue == plan.person.id.description)
        #expect(claims["nonce"]?.stringValue == "n-0S6_WzA2Mj" && claims["sid"]?.stringValue != nil)
        #expect(claims["auth_time"]?.integerValue != nil && claims["name"] == nil && claims["c_hash"] == nil)
        #expect(claims["at_hash"]?.stringValue == token.map { Base64URL.encode(Array(Hash.digest($0).prefix(16))) })
        guard let token else { return }
        #expect(answer["token_type"] == "Bearer" && answer["expires_in"] == "3600" && answer["scope"] == "openid")
        let access = try JSONObject.parse(
            JWS.parse(token, policy: JWSPolicy(algorithms: [.es256], type: .required("at+jwt"))).payload
        )
        #expect(access["client_id"]?.stringValue == "app" && access["sid"] == claims["sid"])
    }

    @Test(arguments: Plan.types, Plan.modes)
    func `oidcc-ensure-request-without-nonce-fails`(type: String, mode: String?) async throws {
        let plan = try await Plan(type, mode)
        let answer = try await plan.authorize(["nonce": nil])
        #expect(answer.front["error"] == "invalid_request" && answer.front["state"] == "state of the app")
        #expect(answer.front["iss"] == TestProvider.issuer && answer.front["id_token"] == nil)
        #expect(plan.server.journal[answer.requestID].map(\.refusal.failed.expected) == ["nonce"])
    }

    @Test func `oidcc-response-type-missing`() async throws {
        let plan = try await Plan("id_token")
        let answer = try await plan.browser.get(plan.request(["response_type": nil]))
        #expect(answer.answer["error"] == "invalid_request" && answer.answer["state"] == "state of the app")
    }

    @Test(arguments: Plan.modes, ["GET", "POST"])
    func `oidcc-userinfo-get and -post-header`(mode: String?, method: String) async throws {
        let plan = try await Plan("id_token token", mode)
        let token = try await plan.authorize(["scope": "openid email"]).front["access_token"] ?? ""
        let reply = try await plan.server.call(
            method == "GET" ? .get : .post,
            "/oauth/userinfo",
            .none,
            [.authorization: "Bearer \(token)"]
        )
        #expect(reply.status == 200 && reply["sub"] == plan.person.id.description)
        #expect(reply["email"] == "ada@example.org")
    }

    /// The claims are where they can be had: in the ID token if nothing comes with it (OIDC Core §5.4).
    @Test(
        arguments: Plan.types,
        [
            ("profile", ["name", "given_name", "preferred_username", "updated_at"]),
            ("email", ["email", "email_verified"]), ("address", ["address"]),
            ("phone", ["phone_number", "phone_number_verified"]),
            ("profile email address phone", ["address", "email", "name", "phone_number"]),
        ]
    )
    func `oidcc-scope-profile, -email, -address, -phone and -all`(
        type: String,
        asked: (scope: String, names: [String])
    ) async throws {
        let plan = try await Plan(type)
        let answer = try await plan.authorize(["scope": "openid \(asked.scope)"]).front
        let told = try await plan.claims(answer["id_token"])
        #expect(Set(asked.names).isDisjoint(with: told.names) == (type != "id_token"), "\(told.names)")
        #expect(Set(asked.names).isSubset(of: told.names) == (type == "id_token"), "\(told.names)")
        guard let token = answer["access_token"] else { return }
        let info = try #require(try await plan.app.userinfo(token).json)
        #expect(Set(asked.names).isSubset(of: info.names))
    }

    @Test(
        arguments: Plan.types,
        [
            ["scope": "phone email openid"], ["display": "page"], ["display": "popup"], ["extra": "foobar"],
            ["login_hint": "buffy@id.example.org"], ["ui_locales": "se"], ["claims_locales": "se"],
            ["acr_values": "1 2"], ["code_challenge": "no such thing"], ["max_age": "15000"],
        ]
    )
    func `oidcc-alternate-happy-flow, -display, -unknown-parameter, -hints, -locales, -acr-values`(
        type: String,
        change: [String: String?]
    ) async throws {
        let plan = try await Plan(type)
        #expect(try await plan.idToken(change)["sub"]?.stringValue == plan.person.id.description)
    }

    @Test(arguments: Plan.types, Plan.modes)
    func `oidcc-prompt-login and -max-age-1`(type: String, mode: String?) async throws {
        for change in [["prompt": "login"], ["max_age": "1"]] {
            let plan = try await Plan(type, mode)
            let first = try await plan.idToken()
            plan.server.provider.clock.advance(by: 5)
            let shown = try await plan.browser.get(plan.request(change))
            #expect(shown.location?.hasPrefix("/sign-in?") == true && shown.location?.contains("again=yes") == true)
            let second = try await plan.idToken(change)
            #expect((second["auth_time"]?.integerValue ?? 0) > (first["auth_time"]?.integerValue ?? 0))
        }
    }

    @Test(arguments: Plan.types, Plan.modes)
    func `oidcc-prompt-none-not-logged-in`(type: String, mode: String?) async throws {
        let state = String(repeating: "s", count: 128)
        let answer = try await Plan(type, mode).authorize(["prompt": "none", "state": state]).front
        #expect(answer["error"] == "login_required" && answer["state"] == state && answer["id_token"] == nil)
    }

    @Test(arguments: Plan.types, Plan.modes)
    func `oidcc-prompt-none-logged-in, -id-token-hint and -max-age-10000`(type: String, mode: String?) async throws {
        let plan = try await Plan(type, mode)
        let token = try await plan.authorize().front["id_token"]
        let first = try await plan.claims(token)
        plan.server.provider.clock.advance(by: 5)
        for change in [[:], ["id_token_hint": token], ["max_age": "10000"]] {
            let answer = try await plan.browser.get(plan.request(change.merging(["prompt": "none"]) { $1 }))
            let again = try await plan.claims(answer.front["id_token"])
            #expect(again["sub"] == first["sub"] && again["auth_time"] == first["auth_time"])
        }
    }

    @Test(arguments: Plan.types, ["https://app.example/other", RelyingParty.redirect + "?foo=bar", nil])
    func `oidcc-ensure-registered-redirect-uri`(type: String, uri: String?) async throws {
        let plan = try await Plan(type)
        let reply = try await plan.browser.get(plan.request(["redirect_uri": uri]))
        #expect(reply.status == 400 && reply.location == nil)
    }

    @Test(arguments: Plan.types)
    func `oidcc-ensure-post-request-succeeds`(type: String) async throws {
        let plan = try await Plan(type)
        var form: TestForm = [:]
        for pair in plan.request().dropFirst("/authorize?".count).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            form = form.setting(String(parts[0]), to: PercentEncoding.decode(parts[1]) ?? "")
        }
        let moved = try await plan.browser.post("/authorize", form, [.origin: "https://app.example"])
        #expect(try await plan.app.go(on: moved, plan.browser).front["id_token"] != nil)
    }

    /// What is inside counts, the nonce too; a type there that is not the one beside it is refused.
    @Test(arguments: Plan.types)
    func `oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported`(type: String) async throws {
        let plan = try await Plan(type)
        for (inside, error) in [
            (["nonce": "inside", "state": "within"], nil), (["response_type": "code"], "invalid_request_object"),
        ] as [(JSONObject, String?)] {
            let payload = Base64URL.encode(inside.encoded())
            let object = Base64URL.encode(#"{"alg":"none"}"#.utf8.map { $0 }) + ".\(payload)."
            let answer = try await plan.authorize(["request": object, "nonce": error == nil ? nil : "n"]).front
            #expect(answer["error"] == error)
            guard error == nil else { continue }
            #expect(answer["state"] == "within")
            #expect(try await plan.claims(answer["id_token"])["nonce"]?.stringValue == "inside")
        }
    }

    @Test(arguments: Plan.types)
    func `oidcc-claims-essential`(type: String) async throws {
        let plan = try await Plan(type)
        let part = type == "id_token" ? "id_token" : "userinfo"
        let answer = try await plan.authorize(["claims": #"{"\#(part)":{"name":{"essential":true}}}"#]).front
        let told = try await plan.claims(answer["id_token"])
        #expect((told["name"]?.stringValue == plan.person.name) == (type == "id_token"))
        guard let token = answer["access_token"] else { return }
        #expect(try await plan.app.userinfo(token)["name"] == plan.person.name)
    }
}
