import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider
import TestSupport
import Testing

@testable import Web

/// Clients whose id is the address of a document.
struct ClientDocumentTests {
    private static let id = "https://agent.example/client.json"

    private static func document(_ changes: [String: JSON?] = [:]) -> JSON {
        var json: JSONObject = [
            "client_id": .string(id), "client_name": "The Agent", "redirect_uris": [.string(RelyingParty.redirect)],
            "logo_uri": "https://agent.example/logo.png", "grant_types": ["authorization_code", "refresh_token"],
            "id_token_encrypted_response_alg": "RSA-OAEP-256", "id_token_signed_response_alg": "ES256",
        ]
        for (name, value) in changes { json[name] = value }
        return .object(json)
    }

    private static func server(
        isOn: Bool = true,
        limitsRates: Bool = true,
        _ document: JSON? = document()
    ) async throws -> (server: TestServer, app: RelyingParty) {
        let server = try TestServer(
            over: try await TestProvider { ($0.takesClientDocuments, $0.limitsRates) = (isOn, limitsRates) }
        )
        try await server.person("ada")
        if let document { server.provider.documents.put(.json(document), at: id) }
        return (server, RelyingParty(server, TestClient(id: id, method: .none)))
    }

    @Test func `a client that nobody registered signs a person in and goes on`() async throws {
        let (server, app) = try await Self.server()
        let browser = TestBrowser(server)
        let tokens = try await app.redeem(app.authorize(browser, ["scope": "openid offline_access"]))
        #expect(tokens.status == 200)
        let info = try await app.userinfo(tokens["access_token"] ?? "")
        #expect(info.status == 200)
        #expect(try await app.refresh(tokens["refresh_token"] ?? "").status == 200)
        #expect(server.provider.documents.count(Self.id) == 1)
    }

    @Test func `off, which is the default, the same id is nobody's and nothing is fetched`() async throws {
        let (server, app) = try await Self.server(isOn: false)
        #expect(try await TestBrowser(server).get(app.request()).status == 400)
        #expect(server.provider.documents.count(Self.id) == 0)
        #expect(!Settings(issuer: "").takesClientDocuments)
        let on = try await Self.server().server
        for (server, isListed) in [(server, false), (on, true)] {
            let metadata = try await server.call(.get, "/.well-known/openid-configuration")
            #expect((metadata.json?["client_id_metadata_document_supported"] == true) == isListed)
        }
    }

    @Test func `people read the host first, see no logo, and are asked every time`() async throws {
        let (server, app) = try await Self.server()
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        for _ in 0..<2 {
            let page = try await browser.get(app.request())
            #expect(page.text.contains("Allow agent.example?") && page.text.contains("It calls itself “The Agent”"))
            #expect(page.text.contains("id=\"allow\"") && !page.text.contains("class=\"logo\""))
            #expect(!page.text.contains("started it yourself"))
            #expect(try await app.go(on: page, browser).answer["code"] != nil)
        }
        let silent = try await browser.get(app.request(["prompt": "none"]))
        #expect(silent.answer["error"] == "consent_required")
    }

    @Test func `a redirect to this machine comes with a warning, and only where the document has it`() async throws {
        let local = "http://localhost:7777/callback"
        let (server, app) = try await Self.server(Self.document(["redirect_uris": [.string(local)]]))
        let browser = TestBrowser(server)
        try await browser.signIn("ada")
        #expect(try await browser.get(app.request(["redirect_uri": local])).text.contains("started it yourself"))
        #expect(try await browser.get(app.request()).status == 400)
        let (other, strict) = try await Self.server()
        #expect(try await TestBrowser(other).get(strict.request(["redirect_uri": local])).status == 400)
    }

    @Test(arguments: [true, false])
    func `a document may say that all its requests are pushed`(mustPush: Bool) async throws {
        let document = Self.document(["require_pushed_authorization_requests": .bool(mustPush)])
        let (server, app) = try await Self.server(document)
        let browser = TestBrowser(server)
        #expect((try await browser.get(app.request()).answer["error"] == "invalid_request") == mustPush)
        let answer = try await app.go(on: browser.get(app.address(of: try await app.push())), browser)
        #expect(answer.answer["code"] != nil)
    }

    @Test(
        arguments: [
            ["client_id": "https://agent.example/other.json"], ["client_id": "https://AGENT.example/client.json"],
            ["client_id": nil],
            ["client_secret": "x"], ["client_secret_expires_at": 0],
            ["token_endpoint_auth_method": "client_secret_basic"],
            ["token_endpoint_auth_method": "client_secret_jwt"], ["token_endpoint_auth_method": "private_key_jwt"],
            ["redirect_uris": []], ["redirect_uris": nil], ["redirect_uris": ["http://agent.example/"]],
            ["redirect_uris": ["javascript:alert(1)"]], ["subject_type": "pairwise"],
            ["grant_types": ["client_credentials"]],
            ["client_name": "two\nlines"],
            ["token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://127.0.0.1/jwks"],
        ] as [[String: JSON?]]
    )
    func `a document that is wrong makes no client`(changes: [String: JSON?]) async throws {
        let (server, app) = try await Self.server(Self.document(changes))
        let reply = try await TestBrowser(server).get(app.request())
        #expect(reply.status == 400 && reply.location == nil)
    }

    @Test(arguments: [
        Array(#"{"client_id": "#.utf8), Array("[]".utf8), [], [UInt8](repeating: UInt8(ascii: "["), count: 20_000),
        Array(
            #"{"client_id": "https://agent.example/client.json", "redirect_uris": ["https://app.example/callback"], "x": ""#
                .utf8
        )
            + [UInt8](repeating: UInt8(ascii: "a"), count: 33_000) + Array(#""}"#.utf8),
    ])
    func `neither does what is no small JSON object`(bytes: [UInt8]) async throws {
        let (server, app) = try await Self.server(nil)
        server.provider.documents.put(.bytes(bytes), at: Self.id)
        #expect(try await TestBrowser(server).get(app.request()).status == 400)
        server.provider.clock.advance(by: 61)
        server.provider.documents.put(.json(Self.document()), at: Self.id)
        #expect(try await TestBrowser(server).get(app.request()).location?.hasPrefix("/sign-in") == true)
    }

    @Test func `a client with keys proves itself by them`() async throws {
        let key = try TestKey.p256()
        let keys: JSON = ["keys": [.object(JWK(key: key.privateKey.publicKey).toPublicJSON())]]
        let (server, _) = try await Self.server(
            Self.document(["token_endpoint_auth_method": "private_key_jwt", "jwks": keys])
        )
        let app = RelyingParty(server, TestClient(id: Self.id, method: .privateKeyJWT, key: key))
        let answer = try await app.authorize(TestBrowser(server))
        #expect(try await app.redeem(answer).status == 200)
        let thief = RelyingParty(server, TestClient(id: Self.id, method: .privateKeyJWT, key: try .p256()))
        #expect(try await thief.redeem(try await app.authorize(TestBrowser(server))).status == 401)
        let nobody = RelyingParty(server, TestClient(id: Self.id, method: .none))
        #expect(try await nobody.redeem(try await app.authorize(TestBrowser(server))).status == 401)
    }

    @Test(
        arguments: [
            (nil, 299, 1), (nil, 300, 2), ("max-age=5", 299, 1), ("no-store", 300, 2), ("max-age=1000", 999, 1),
            ("max-age=1000", 1000, 2), ("max-age=99999999", 86_399, 1), ("max-age=99999999", 86_400, 2),
        ] as [(String?, Int64, Int)]
    )
    func `a document is used as long as its host says, within bounds`(field: String?, seconds: Int64, count: Int)
        async throws
    {
        let (server, app) = try await Self.server()
        server.provider.documents.put(.json(Self.document()), at: Self.id, cacheControl: field)
        _ = try await TestBrowser(server).get(app.request())
        server.provider.clock.advance(by: seconds)
        _ = try await TestBrowser(server).get(app.request())
        #expect(server.provider.documents.count(Self.id) == count)
    }

    @Test func `a host that is away is asked once a minute, and its document is used on for a day`() async throws {
        let (server, app) = try await Self.server()
        let (documents, clock) = (server.provider.documents, server.provider.clock)
        func isKnown() async throws -> Bool { try await TestBrowser(server).get(app.request()).location != nil }
        #expect(try await isKnown())
        documents.put(.failure("away"), at: Self.id)
        clock.advance(by: 400)
        for _ in 0..<3 { #expect(try await isKnown()) }
        #expect(documents.count(Self.id) == 2)
        clock.advance(by: 86_400)
        #expect(try await !isKnown())
        documents.put(.json(Self.document()), at: Self.id)
        #expect(try await !isKnown())
        clock.advance(by: 60)
        #expect(try await isKnown())
        documents.put(nil, at: Self.id)
        clock.advance(by: 300)
        #expect(try await !isKnown())
    }

    @Test func `F32 four fetches of a host and eight in all go on at one time`() async throws {
        let (server, _) = try await Self.server(limitsRates: false)
        let gate = Task { while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) } }
        let waiting = TestDocuments.Answer.waiting(Task { await gate.value }, Array("{}".utf8))
        let hosts = [("a", 6), ("b", 6), ("c", 2)]
        let urls = hosts.flatMap { host, count in (0..<count).map { "https://\(host).example/\($0)" } }
        for url in urls { server.provider.documents.put(waiting, at: url) }
        let asking = urls.map { url in
            Task {
                let app = RelyingParty(server, TestClient(id: url, method: .none))
                return try await TestBrowser(server).get(app.request()).status
            }
        }
        let count = { (host: String) in
            urls.filter { $0.hasPrefix("https://\(host).") }.reduce(0) { $0 + server.provider.documents.count($1) }
        }
        for _ in 0..<400 where count("a") + count("b") + count("c") < 8 { try await Task.sleep(for: .milliseconds(5)) }
        try await Task.sleep(for: .milliseconds(100))
        #expect(count("a") <= 4 && count("b") <= 4 && count("a") + count("b") + count("c") == 8)
        gate.cancel()
        for task in asking { #expect(try await task.value == 400) }
        let other = RelyingParty(server, TestClient(id: Self.id, method: .none))
        #expect(try await TestBrowser(server).get(other.request()).location != nil)
    }

    @Test func `a network has ten documents fetched in a minute`() async throws {
        let (server, app) = try await Self.server()
        for number in 0..<10 {
            let stranger = RelyingParty(server, TestClient(id: "https://h\(number).example/c", method: .none))
            #expect(try await TestBrowser(server).get(stranger.request()).status == 400)
        }
        let limited = try await TestBrowser(server).get(app.request())
        #expect(limited.status == 429 || limited.location == nil)
        #expect(server.provider.documents.count(Self.id) == 0)
        server.provider.clock.advance(by: 60)
        #expect(try await TestBrowser(server).get(app.request()).location?.hasPrefix("/sign-in") == true)
    }
}
