import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Storage
import TestSupport
import Testing

@testable import Provider

/// The endpoint for pushed requests (RFC 9126 §2): what it takes and what it refuses.
struct PushedAuthorizationTests {
    private static let plain: TestForm = [
        "response_type": "code", "redirect_uri": ObjectScene.redirect, "scope": "openid", "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
    ]

    /// A change to a right request, and its refusal.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let name: String
        let value: String?
        let error: String
        let status: Int
        var testDescription: String { "\(name)=\(value?.prefix(30) ?? "-")" }

        init(_ name: String, _ value: String?, _ error: String = "invalid_request", _ status: Int = 400) {
            (self.name, self.value, self.error, self.status) = (name, value, error, status)
        }

        func changed(_ form: TestForm) -> TestForm {
            value.map { form.setting(name, to: $0) } ?? form.without([name])
        }
    }

    @Test(arguments: [
        Wrong("redirect_uri", nil), Wrong("redirect_uri", "https://evil.example/"), Wrong("response_type", nil),
        Wrong("response_type", "token", "unsupported_response_type"), Wrong("response_mode", "smoke"),
        Wrong("scope", "everything", "invalid_scope"), Wrong("code_challenge_method", "plain"),
        Wrong("code_challenge_method", nil), Wrong("code_challenge", "short"), Wrong("prompt", "none login"),
        Wrong("prompt", "dance"), Wrong("max_age", "-1"), Wrong("claims", "{"), Wrong("id_token_hint", "x"),
        Wrong("nonce", String(repeating: "n", count: 1025)),
        Wrong("state", "a\u{7}"), Wrong("resource", "https://nobody.example", "invalid_target"),
        Wrong("request", "x", "invalid_request_object"), Wrong("request_uri", ObjectScene.url),
        Wrong("request_uri", "urn:ietf:params:oauth:request_uri:x"), Wrong("client_id", "other"),
        Wrong("client_secret", "other", "invalid_request"),
        Wrong("state", String(repeating: "s", count: 17_000), "invalid_request", 413),
    ])
    func `what the authorization endpoint would refuse is refused here, as JSON`(wrong: Wrong) async throws {
        let scene = try await ObjectScene()
        let reply = try await scene.provider.call("/oauth/par", as: scene.client, wrong.changed(Self.plain))
        #expect(reply.status == wrong.status && reply.error == wrong.error)
        #expect(reply.field("Content-Type") == "application/json" && reply.field("Cache-Control") == "no-store")
        #expect(reply["request_uri"] == nil && reply.field("Location") == nil)
        let control = try await scene.provider.call("/oauth/par", as: scene.client, Self.plain)
        #expect(control.status == 201)
    }

    @Test func `only a client that proves who it is pushes in its name`() async throws {
        let scene = try await ObjectScene(.clientSecretPost)
        let right = Self.plain + ["client_id": scene.client.id, "client_secret": scene.client.secret ?? ""]
        for (form, status) in [
            (right, 201), (right.without(["client_secret"]), 401), (right.setting("client_secret", to: "x"), 401),
            (right.setting("client_id", to: "nobody"), 401), (right.without(["client_id", "client_secret"]), 401),
        ] {
            #expect(await scene.provider.call(.post, "/oauth/par", .form(form)).status == status)
        }
        let json = await scene.provider.call(.post, "/oauth/par", .json(["client_id": .string(scene.client.id)]))
        #expect(json.status == 400 && json.error == "invalid_request")
        let worker = try await scene.provider.addClient(.clientSecretBasic, id: "worker")
        let refused = try await scene.provider.call("/oauth/par", as: worker, Self.plain)
        #expect(refused.status == 400 && refused.error == "unauthorized_client")
    }

    @Test func `a public client needs a code challenge and nothing else`() async throws {
        let scene = try await ObjectScene(.none)
        #expect(try await scene.provider.call("/oauth/par", as: scene.client, Self.plain).status == 201)
        let bare = Self.plain.without(["code_challenge", "code_challenge_method"])
        #expect(try await scene.provider.call("/oauth/par", as: scene.client, bare).error == "invalid_request")
    }

    @Test func `what a client proves itself with is not kept`() async throws {
        let scene = try await ObjectScene(.privateKeyJWT)
        #expect(try await scene.provider.call("/oauth/par", as: scene.client, Self.plain).status == 201)
        let kept = try scene.provider.stores.database.read { connection in
            try connection.query("SELECT parameters FROM pushed_request") { try $0.text(0) }
        }
        let json = try JSONObject.parse(Array(try #require(kept.first).utf8))
        #expect(Set(json.names) == Set(Self.plain.pairs.map(\.0) + ["client_id"]))
        #expect(json["client_id"] == .string(scene.client.id) && json["state"] == "s")
    }

    @Test(arguments: [(57, 201), (58, 413), (59, 400)])
    func `it carries as many parameters as can be read again`(count: Int, status: Int) async throws {
        let scene = try await ObjectScene()
        let form = (1...count).reduce(Self.plain) { $0.setting("extension\($1)", to: "x") }
        let reply = try await scene.provider.call("/oauth/par", as: scene.client, form)
        #expect(reply.status == status)
        if status == 201 { #expect(try await scene.open(reply).request != nil) }
    }

    @Test(arguments: [ClientAuthenticationMethod.privateKeyJWT, .clientSecretBasic])
    func `a request object stands alone in a push`(method: ClientAuthenticationMethod) async throws {
        let scene = try await ObjectScene(method)
        let pushed = try await scene.provider.call(
            "/oauth/par",
            as: scene.client,
            ["request": try scene.object(), "state": "beside", "scope": "openid email", "nonce": "beside"]
        )
        #expect(pushed.status == 201)
        // The object's own time is over then: it was good when it was pushed.
        scene.provider.clock.advance(by: 59)
        let request = try #require(try await scene.open(pushed).request)
        #expect(request.nonce == "n-inside" && request.target.state == "inside")
        #expect(request.scope.description == "openid" && request.pushed != nil)
        let without = try scene.object(["redirect_uri": nil])
        let beside: TestForm = ["request": without, "redirect_uri": ObjectScene.redirect]
        #expect(try await scene.provider.call("/oauth/par", as: scene.client, beside).error == "invalid_request")
        for object in [
            try scene.object(by: try TestKey.p256()), try scene.object(["aud": "https://other.example"]),
            try scene.object(["client_id": "other"]), try scene.object(["request_uri": .string(ObjectScene.url)]),
            try scene.object(["exp": .integer(scene.provider.clock.now().seconds - 1)]),
        ] {
            let reply = try await scene.provider.call("/oauth/par", as: scene.client, ["request": object])
            #expect(reply.status == 400 && reply.error == "invalid_request_object")
        }
    }

    @Test func `who signs its requests signs those that it pushes`() async throws {
        let scene = try await ObjectScene { $0.metadata.requiresSignedRequestObject = true }
        let object: TestForm = ["request": try scene.object()]
        #expect(try await scene.provider.call("/oauth/par", as: scene.client, object).status == 201)
        let unsigned: TestForm = ["request": try scene.unsigned()]
        let refused = try await scene.provider.call("/oauth/par", as: scene.client, unsigned)
        #expect(refused.error == "invalid_request_object")
        #expect(try await scene.provider.call("/oauth/par", as: scene.client, Self.plain).error == "invalid_request")
    }

    @Test func `PR-10 a client pushes a hundred in a minute`() async throws {
        let scene = try await ObjectScene()
        let other = try await ObjectScene(id: "other", in: scene.provider)
        for _ in 0..<100 {
            #expect(try await scene.provider.call("/oauth/par", as: scene.client, Self.plain).status == 201)
        }
        scene.provider.clock.advance(by: 10)
        let reply = try await scene.provider.call("/oauth/par", as: scene.client, Self.plain)
        #expect(reply.status == 429 && reply.error == "temporarily_unavailable" && reply.field("Retry-After") == "50")
        #expect(try await other.provider.call("/oauth/par", as: other.client, Self.plain).status == 201)
        scene.provider.clock.advance(by: 50)
        #expect(try await scene.provider.call("/oauth/par", as: scene.client, Self.plain).status == 201)
    }

    @Test func `PR-10 a name that everybody may use is limited for each network apart`() async throws {
        let provider = try await TestProvider { $0.pushesPerClient = 3 }
        let scene = try await ObjectScene(.none, in: provider)
        let form = TestBody.form(Self.plain + ["client_id": scene.client.id])
        for (address, statuses) in [("192.0.2.1", [201, 201, 201, 429]), ("192.0.2.2", [201, 201, 201, 429])] {
            for status in statuses {
                #expect(await provider.call(.post, "/oauth/par", form, from: address).status == status)
            }
        }
        let secret = try await ObjectScene(id: "secret", in: provider)
        let (proof, fields) = try await provider.credentials(of: secret.client)
        for (address, status) in [("192.0.2.1", 201), ("192.0.2.2", 201), ("192.0.2.3", 201), ("192.0.2.4", 429)] {
            let body = TestBody.form(Self.plain + proof)
            #expect(await provider.call(.post, "/oauth/par", body, headers: fields, from: address).status == status)
        }
    }

    @Test func `PR-10 what waits is bounded, with limits and without`() async throws {
        let provider = try await TestProvider { ($0.pushedRequestsPerClient, $0.limitsRates) = (5, false) }
        let scene = try await ObjectScene(in: provider)
        var pushed: [TestReply] = []
        for _ in 0..<5 { pushed.append(try await provider.call("/oauth/par", as: scene.client, Self.plain)) }
        provider.clock.advance(by: 20)
        let full = try await provider.call("/oauth/par", as: scene.client, Self.plain)
        #expect(full.status == 429 && full.field("Retry-After") == "40")
        let other = try await ObjectScene(id: "other", in: provider)
        #expect(try await provider.call("/oauth/par", as: other.client, Self.plain).status == 201)
        // One that a person looks at waits on; the others are over.
        #expect(try await scene.open(pushed[0]).request != nil)
        provider.clock.advance(by: 40)
        for status in [201, 201, 201, 201, 429] {
            #expect(try await provider.call("/oauth/par", as: scene.client, Self.plain).status == status)
        }
        try await provider.stores.sweep(at: provider.clock.now())
        let kept = try provider.stores.database.read { connection in
            try connection.first("SELECT count(*) FROM pushed_request") { try $0.integer(0) }
        }
        #expect(kept == 6)
    }
}

extension ObjectScene {
    /// What becomes of the browser that comes with what was pushed.
    func open(_ pushed: TestReply) async throws -> Outcome {
        let names = ["response_type", "scope", "state", "redirect_uri"]
        let nothing = Dictionary(uniqueKeysWithValues: names.map { ($0, String?.none) })
        return try await ask(nothing.merging(["request_uri": pushed["request_uri"]]) { $1 })
    }
}
