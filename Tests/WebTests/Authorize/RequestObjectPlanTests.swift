import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// The modules about request objects of the plans basic, form post and dynamic, each a test of its name.
struct RequestObjectPlanTests {
    private static let url = "https://app.example/request.jwt"

    /// A client that registered `url`, and the person who uses it.
    private struct Plan {
        let server: TestServer
        let app: RelyingParty
        let key: TestKey

        init(_ key: TestKey? = nil, algorithm: SignatureAlgorithm = .es256) async throws {
            let key = if let key { key } else { try TestKey(algorithm.freshKeyKind, algorithm: algorithm) }
            server = try TestServer(over: try await TestProvider { $0.registration = .open })
            _ = try await server.person("ada")
            let registered = try await server.call(
                .post,
                "/oauth/register",
                .json([
                    "redirect_uris": [.string(RelyingParty.redirect)], "jwks": ["keys": [.object(key.jwk)]],
                    "request_uris": [.string(RequestObjectPlanTests.url + "#hash")],
                ])
            )
            #expect(registered.status == 201)
            let id = registered["client_id"] ?? ""
            app = RelyingParty(
                server,
                TestClient(id: id, method: .clientSecretBasic, secret: registered["client_secret"])
            )
            self.key = key
        }

        /// A request object with these claims; signed unless said.
        func object(_ claims: JSONObject, isSigned: Bool = true) throws -> String {
            let now = server.provider.clock.now()
            let all: JSONObject = [
                "iss": .string(app.client.id), "aud": .string(TestProvider.issuer), "client_id": .string(app.client.id),
                "response_type": "code", "iat": .integer(now.seconds), "exp": .integer((now + 60).seconds),
            ]
            let header: JSONObject = ["alg": .string(isSigned ? key.algorithm.rawValue : "none")]
            let tampering = isSigned ? Tampering.none : .with { $0.signature = .exactly([]) }
            return try TestAssertion(header: header, claims: all.merging(claims)).signed(by: key, tampering, now: now)
        }

        /// The claims of the ID token of the whole way.
        func idToken(_ answer: TestReply) async throws -> JSONObject {
            let tokens = try await app.redeem(answer)
            #expect(tokens.status == 200)
            let policy = JWSPolicy(algorithms: [.es256], type: .untyped)
            return try JSONObject.parse(try JWS.parse(tokens["id_token"] ?? "", policy: policy).payload)
        }
    }

    @Test(arguments: [nil, "form_post"], [true, false])
    func `oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported`(
        mode: String?,
        isSigned: Bool
    ) async throws {
        let plan = try await Plan()
        let object = try plan.object(["nonce": "inside", "state": "of the object"], isSigned: isSigned)
        let changes = ["request": object, "response_mode": mode, "nonce": nil, "state": "outside"]
        let answer = try await plan.app.authorize(TestBrowser(plan.server), changes)
        #expect(answer.answer["state"] == "of the object")
        #expect(try await plan.idToken(answer)["nonce"] == "inside")
    }

    @Test(arguments: [SignatureAlgorithm.es256, .rs256], [true, false])
    func `oidcc-request-uri-unsigned and -signed-rs256`(algorithm: SignatureAlgorithm, isSigned: Bool) async throws {
        let plan = try await Plan(algorithm: algorithm)
        let documents = plan.server.provider.documents
        let object = try plan.object(["nonce": "inside"], isSigned: isSigned)
        documents.put(.bytes(Array(object.utf8)), at: Self.url)
        let changes = ["request_uri": Self.url + "#4Rk2yx0aX2vWB5vTxB4w3cS1", "nonce": nil]
        let answer = try await plan.app.authorize(TestBrowser(plan.server), changes)
        #expect(try await plan.idToken(answer)["nonce"] == "inside")
        #expect(documents.count(Self.url) == 1, "it is fetched once in a dialogue")
    }

    @Test(arguments: [true, false])
    func `oidcc-ensure-request-object-with-redirect-uri`(isSigned: Bool) async throws {
        let plan = try await Plan()
        let bad = "https://other.example/callback"
        let good = try plan.object(["redirect_uri": .string(RelyingParty.redirect)], isSigned: isSigned)
        let changes = ["request": good, "redirect_uri": bad]
        let answer = try await plan.app.authorize(TestBrowser(plan.server), changes)
        #expect(answer.location?.hasPrefix(RelyingParty.redirect + "?") == true && answer.answer["code"] != nil)
        let wrong = try plan.object(["redirect_uri": .string(bad)], isSigned: isSigned)
        let page = try await plan.app.authorize(TestBrowser(plan.server), ["request": wrong])
        #expect(page.status == 400 && page.location == nil && !page.text.contains("other.example"))
    }

    @Test func `what is allowed is what was shown, whatever lies at the address since`() async throws {
        let plan = try await Plan()
        let (documents, browser) = (plan.server.provider.documents, TestBrowser(plan.server))
        documents.put(.bytes(Array(try plan.object(["scope": "openid", "nonce": "shown"]).utf8)), at: Self.url)
        var page = try await browser.get(plan.app.request(["request_uri": Self.url]))
        while !page.text.contains("id=\"allow\"") {
            page =
                if let location = page.location {
                    try await browser.get(location)
                } else { try await browser.post("/sign-in", page.signInForm("ada")) }
        }
        // The object's time is over too: it was good when the dialogue began.
        plan.server.provider.clock.advance(by: 120)
        let later = try plan.object(["scope": "openid email phone", "nonce": "later"])
        documents.put(.bytes(Array(later.utf8)), at: Self.url)
        let answer = try await browser.post("/authorize/consent", page.consentForm(choice: "allow"))
        let tokens = try await plan.app.redeem(answer)
        #expect(tokens["scope"] == "openid" && documents.count(Self.url) == 1)
        let control = try await browser.get(plan.app.request(["request_uri": Self.url]))
        #expect(control.location == nil && control.answer["error"] == nil && control.text.contains("id=\"allow\""))
    }

    @Test(arguments: [nil, "form_post"])
    func `what is wrong with an object is told as the request beside it says`(mode: String?) async throws {
        let plan = try await Plan()
        let object = try plan.object(["aud": "https://other.example"])
        let changes = ["request": object, "response_mode": mode, "prompt": "none"]
        let answer = try await plan.app.authorize(TestBrowser(plan.server), changes)
        #expect(answer.answer["error"] == "invalid_request_object" && answer.answer["state"] == "state of the app")
        #expect((answer.location == nil) == (mode != nil))
        #expect(plan.server.journal[answer.requestID].map(\.refusal.failed.check) == ["aud claim"])
    }
}
