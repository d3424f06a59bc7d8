import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// Request objects by value (RFC 9101, OIDC Core §6.1): which are believed, and what is taken from them.
struct RequestObjectTests {
    @Test(arguments: SignatureAlgorithm.allCases)
    func `a signed object says what is asked for`(algorithm: SignatureAlgorithm) async throws {
        let scene = try await ObjectScene(key: try TestKey(algorithm.freshKeyKind, algorithm: algorithm))
        let request = try #require(try await scene.ask(["request": scene.object(), "nonce": "outside"]).request)
        #expect(request.target.state == "inside" && request.nonce == "n-inside" && request.codeChallenge != nil)
        #expect(request.scope.description == "openid" && request.fetchedObject == nil)
    }

    @Test func `what the object leaves out is taken from beside it, unless it stands alone`() async throws {
        let scene = try await ObjectScene()
        let claims: [String: JSON?] = ["state": .some(nil), "max_age": 60, "claims": ["userinfo": ["email": nil]]]
        let merged = try #require(try await scene.ask(["request": scene.object(claims), "login_hint": "ada"]).request)
        #expect(merged.target.state == "outside" && merged.loginHint == "ada" && merged.maximumAge == 60)
        #expect(merged.claims.userinfo == ["email"])
        let typed = try scene.object(claims, header: ["typ": "application/oauth-authz-req+JWT"])
        let alone = try #require(try await scene.ask(["request": typed, "login_hint": "ada"]).request)
        #expect(alone.target.state == nil && alone.loginHint == nil && alone.maximumAge == 60)
    }

    @Test func `JR-04 null and empty members count as left out`() async throws {
        let scene = try await ObjectScene()
        let request = try #require(
            try await scene.ask(["request": scene.object(["state": "", "nonce": .some(.null)])]).request
        )
        #expect(request.target.state == "outside" && request.nonce == nil)
    }

    /// Whatever a place that takes JWTs must refuse, but what is right here: its own type, a name for itself, and no end.
    static let hostile = HostileJWT.all.filter { !$0.name.hasSuffix("typ of a request object") }

    private static let scene = Task { try await ObjectScene() }

    @Test(arguments: hostile)
    func `JR-01 a hostile JWT is no request object`(attack: HostileJWT) async throws {
        let scene = try await Self.scene.value
        #expect(try await scene.ask(["request": scene.object()]).request != nil, "the control")
        let wrong = try scene.object(attack.tampering)
        let outcome = try await scene.ask(["request": wrong])
        if attack.name == "CA-10 alg none" {
            #expect(outcome.request?.target.state == "inside", "a client that registered nothing may send one")
        } else {
            #expect(outcome.error == "invalid_request_object" && !outcome.isPage, "\(outcome)")
        }
    }

    @Test(
        arguments: [
            ("iss", "client-2", "iss claim"), ("iss", 1, "member \"iss\""),
            ("aud", "https://other.example", "aud claim"),
            ("aud", nil, "aud claim"), ("aud", ["https://other.example"], "aud claim"), ("aud", [], "aud claim"),
            ("sub", "app", "sub claim"), ("exp", 1, "exp claim"), ("nbf", 9_999_999_999, "nbf claim"),
            ("iat", 9_999_999_999, "iat claim"), ("request", "x", "request claim"),
            ("request_uri", "https://app.example/request.jwt", "request_uri claim"),
            ("client_id", "client-2", "client_id"),
            ("response_type", "code id_token", "response_type"),
        ] as [(String, JSON?, String)]
    )
    func `a claim that is wrong is named in the log`(name: String, value: JSON?, check: String) async throws {
        let scene = try await ObjectScene()
        #expect(try await scene.ask(["request": scene.object()]).request != nil, "the control")
        let outcome = try await scene.ask(["request": scene.object([name: value])])
        #expect(outcome.error == "invalid_request_object" && !outcome.isPage)
        #expect(outcome.check == check || (check == "nbf claim" && outcome.check == "nbf claim"))
    }

    @Test(
        arguments: [["aud": ["https://junk.example", .string(TestProvider.issuer)]], ["iss": nil], ["exp": nil]]
            as [[String: JSON?]]
    )
    func `a claim that may be so is no reason to refuse`(claims: [String: JSON?]) async throws {
        let scene = try await ObjectScene()
        #expect(try await scene.ask(["request": scene.object(claims)]).request != nil)
    }

    @Test func `what was good when the dialogue began is good while a person signs in`() async throws {
        let scene = try await ObjectScene()
        let (object, start) = (try scene.object(), scene.provider.clock.now())
        scene.provider.clock.advance(by: 300)
        #expect(try await scene.ask(["request": object], start: start).request != nil)
        #expect(try await scene.ask(["request": object]).check == "exp claim")
    }

    @Test func `a redirect URI inside is checked like one outside`() async throws {
        let scene = try await ObjectScene()
        let evil = "https://evil.example/"
        for make in [scene.object(_:), scene.unsigned(_:)] as [([String: JSON?]) throws -> String] {
            let outcome = try await scene.ask(["request": make(["redirect_uri": .string(evil)])])
            #expect(outcome.isPage && outcome.check == "redirect_uri")
            let good = try await scene.ask(["request": make([:]), "redirect_uri": evil])
            #expect(good.request?.target.redirectURI == ObjectScene.redirect)
            let broken = try await scene.ask(["request": make([:]) + "x.y", "redirect_uri": evil])
            #expect(broken.isPage && broken.error == "invalid_request_object")
        }
    }

    @Test func `an object of another client, and by another's key, is none`() async throws {
        let scene = try await ObjectScene()
        let other = try await ObjectScene(id: "other", in: scene.provider)
        #expect(try await other.ask(["request": other.object()]).request != nil, "the control")
        let stolen = try await scene.ask(["request": other.object()])
        #expect(stolen.error == "invalid_request_object" && stolen.check == "JWS signature")
        let forged = try await scene.ask(["request": scene.object(by: other.key)])
        #expect(forged.error == "invalid_request_object" && forged.check == "JWS signature")
    }

    @Test func `both at once are refused`() async throws {
        let scene = try await ObjectScene()
        let outcome = try await scene.ask(["request": scene.object(), "request_uri": ObjectScene.url])
        #expect(outcome.error == "invalid_request" && scene.provider.documents.count(ObjectScene.url) == 0)
    }

    @Test func `an assertion is no request object, and an object no assertion`() async throws {
        let scene = try await ObjectScene(.privateKeyJWT)
        let assertion = try await scene.provider.assertion(of: scene.client)
        let outcome = try await scene.ask(["request": assertion])
        #expect(outcome.error == "invalid_request_object" && outcome.check == "sub claim")
        #expect(try await scene.ask(["request": scene.object()]).request != nil, "the control")
        for header in [[:], ["typ": "oauth-authz-req+jwt"]] as [JSONObject] {
            let object = try scene.object(header: header)
            #expect(await scene.provider.requestToken(assertion: object).error == "invalid_client")
        }
    }

    @Test func `the longest is 16 KiB`() async throws {
        let scene = try await ObjectScene()
        let long = JSON.string(String(repeating: "x", count: 12_300))
        #expect(try await scene.ask(["request": scene.object(["login_hint_2": .string("x")])]).request != nil)
        #expect(try await scene.ask(["request": scene.object(["x": long])]).check == "JWT length")
        #expect(try await scene.ask(["request": scene.unsigned(["x": long])]).check == "JWT length")
    }
}

extension ObjectScene {
    func object(_ tampering: Tampering) throws -> String { try object([:], header: ["typ": "JWT"], tampering) }
    func object(_ claims: [String: JSON?]) throws -> String { try object(claims, header: [:]) }
    func unsigned(_ claims: [String: JSON?]) throws -> String { try unsigned(claims, header: [:]) }
}
