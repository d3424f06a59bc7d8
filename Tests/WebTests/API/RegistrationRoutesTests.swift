import HTTPTypes
import Storage
import Accounts
import JOSE
import Provider
import TestSupport
import Testing

@testable import Web

struct RegistrationRoutesTests {
    @Test func `asking for a verification answers as the seed does and files one mail`() async throws {
        let server = try await TestServer()
        let asked = try await server.call(.post, "/api/send-verification", .json(["email": "alice@example.org"]))
        #expect(asked.status == 200)
        #expect(asked.json?.names == ["success", "message", "registration_token"])
        #expect(asked["message"] == "Verification email sent")
        #expect(asked.json?["success"] == true)
        #expect(asked.field("Cache-Control") == "no-store")
        #expect(try await server.provider.stores.mails.due(at: server.provider.clock.now(), limit: 9).count == 1)
    }

    @Test func `a registered key gets a token and userinfo shows all members of the seed`() async throws {
        let server = try await TestServer()
        let key = try TestKey.secp256k1()
        let registered = try await server.register(key, "alice@example.org")
        #expect(registered.status == 200)
        #expect(registered.json?["success"] == true)
        #expect(registered["message"] == "Registration completed successfully")
        let id = try #require(registered["user_id"])

        let token = try await server.token(of: key)
        let info = try await server.call(.get, "/oauth/userinfo", .none, [.authorization: "Bearer \(token)"])
        #expect(info.status == 200)
        #expect(info["sub"] == id)
        #expect(info["email"] == "alice@example.org")
        #expect(info["name"] == "Alice Example")
        #expect(info["public_key"] == key.hexadecimal)
        #expect(info["created_at"] == "\(MovableClock.start.seconds)")
        #expect(info.field("Cache-Control") == "no-store")
    }

    @Test(arguments: [true, false])
    func `the link is told in development only`(isDevelopment: Bool) async throws {
        let server = try await TestServer(.init(isDevelopment: isDevelopment))
        let asked = try await server.call(.post, "/api/send-verification", .json(["email": "alice@example.org"]))
        let link = asked["verification_url"]
        #expect((link != nil) == isDevelopment)
        if let link {
            let page = try await server.call(.get, String(link.dropFirst(TestProvider.issuer.count)))
            #expect(page.status == 200)
        }
    }

    @Test(arguments: [
        #"{"email":"x"}"#, #"{"email":""}"#, #"{"email":"a b@example.org"}"#,
        #"{"email":"a@example.org\r\nBcc: b@example.org"}"#,
        #"{"email":"a@"}"#, #"{"email":null}"#, #"{"email":7}"#, #"{"email":["a@example.org"]}"#, "{}",
    ])
    func `what is no address is refused in the seed's shape`(body: String) async throws {
        let server = try await TestServer()
        let reply = try await server.call(
            .post,
            "/api/send-verification",
            .raw(Array(body.utf8), type: "application/json")
        )
        #expect(reply.status == 400)
        #expect(reply.json?.names == ["success", "message"])
        #expect(reply.json?["success"] == false)
        #expect(try await server.provider.stores.mails.due(at: server.provider.clock.now(), limit: 1).isEmpty)
    }

    @Test(arguments: [
        ("[]", "application/json"), ("1", "application/json"), ("null", "application/json"),
        (#""x""#, "application/json"),
        ("", "application/json"), ("{", "application/json"),
        (#"{"email":"a@example.org","email":"b@example.org"}"#, "application/json"),
        ("email=a%40example.org", "application/x-www-form-urlencoded"), (#"{"email":"a@example.org"}"#, "text/plain"),
        (#"{"email":"a@example.org"}"#, "application/json; charset=utf-16"),
        (#"{"email":"a@example.org"}"#, "multipart/form-data"),
        (#"{"email":"a@example.org"}"#, ""),
    ])
    func `what is no JSON object under its content type is refused`(body: String, type: String) async throws {
        let server = try await TestServer()
        for path in ["/api/send-verification", "/api/register"] {
            let reply = try await server.call(.post, path, .raw(Array(body.utf8), type: type.isEmpty ? nil : type))
            #expect(reply.status == 400)
            #expect(reply.json?["success"] == false)
            #expect(reply["message"] != nil)
        }
    }

    /// A registration with one member changed, and the sentence that it gets.
    struct WrongRegistration: Sendable, CustomTestStringConvertible {
        let member: String
        let value: JSON
        let sentence: String
        var testDescription: String { "\(member) \(String(decoding: value.encoded().prefix(40), as: UTF8.self))" }
    }

    @Test(arguments: [
        WrongRegistration(member: "name", value: "", sentence: "Name cannot be empty"),
        WrongRegistration(member: "name", value: " \t\n", sentence: "Name cannot be empty"),
        WrongRegistration(
            member: "name",
            value: .string(String(repeating: "n", count: 201)),
            sentence: "name must have at most 200 characters and no control characters"
        ),
        WrongRegistration(
            member: "name",
            value: "a\u{0}b",
            sentence: "name must have at most 200 characters and no control characters"
        ),
        WrongRegistration(
            member: "name",
            value: "a\u{202E}b",
            sentence: "name must have at most 200 characters and no control characters"
        ),
        WrongRegistration(member: "name", value: .null, sentence: "name is missing"),
        WrongRegistration(member: "name", value: 5, sentence: "name must be a string"),
        WrongRegistration(member: "email", value: "x", sentence: "Invalid email format"),
        WrongRegistration(member: "email", value: .null, sentence: "email is missing"),
        WrongRegistration(member: "registration_token", value: 5, sentence: "registration_token must be a string"),
        WrongRegistration(member: "public_key", value: .null, sentence: "public_key is missing"),
        WrongRegistration(member: "public_key", value: 5, sentence: "public_key is missing"),
        WrongRegistration(member: "public_key", value: "", sentence: Self.wrongKey),
        WrongRegistration(member: "public_key", value: "zz", sentence: Self.wrongKey),
        WrongRegistration(member: "public_key", value: "04a1b2c3d4e5f6", sentence: Self.wrongKey),
        WrongRegistration(
            member: "public_key",
            value: .string("04" + String(repeating: "11", count: 64)),
            sentence: Self.wrongKey
        ),
        WrongRegistration(member: "public_key", value: ["kty": "oct", "k": "AAAA"], sentence: Self.wrongKey),
        WrongRegistration(member: "email", value: "bob@example.org", sentence: "Email not verified"),
    ])
    func `a wrong registration is told what is wrong and makes no account`(wrong: WrongRegistration) async throws {
        let server = try await TestServer()
        let (token, registration) = try await server.ask("alice@example.org")
        _ = try await server.call(.get, "/api/verify/\(token)")
        let right = TestBody.registration(key: try .known(), registration)
        guard case .json(.object(var body)) = right else { return }
        body[wrong.member] = wrong.value
        let reply = try await server.call(.post, "/api/register", .json(.object(body)))
        #expect(reply.status == 400)
        #expect(reply.json?.names == ["success", "message", "user_id"])
        #expect(reply.json?["success"] == false)
        #expect(reply.json?["user_id"] == .null)
        #expect(reply["message"] == wrong.sentence)
        #expect(try await server.provider.stores.accounts.accounts(after: nil, search: nil, limit: 1).isEmpty)
        // The control: unchanged, it registers.
        #expect(try await server.call(.post, "/api/register", right).status == 200)
    }

    private static let wrongKey = "public_key must be a point on P-256 or secp256k1 in hexadecimal, or a JWK"

    @Test func `a taken address and a taken key are conflicts`() async throws {
        let server = try await TestServer()
        let key = try TestKey.p256()
        #expect(try await server.register(key, "alice@example.org").status == 200)
        let sameAddress = try await server.register(.p256(), "alice@example.org")
        #expect(sameAddress.status == 409)
        #expect(sameAddress["message"] == "Email already registered")
        #expect(sameAddress.json?["user_id"] == .null)
        let sameKey = try await server.register(key, "bob@example.org")
        #expect(sameKey.status == 409)
        #expect(sameKey["message"] == "Public key already registered")
    }

    /// Without a socket no caller has an address, so an address tells nobody from another.
    @Test(arguments: [true, false])
    func `without its token nobody registers, but in development the asker may`(isDevelopment: Bool) async throws {
        let server = try await TestServer(.init(isDevelopment: isDevelopment))
        let (token, _) = try await server.ask("alice@example.org")
        _ = try await server.call(.get, "/api/verify/\(token)")
        let own = try await server.call(.post, "/api/register", .registration(key: try .p256(), nil))
        #expect(own.status == (isDevelopment ? 200 : 400))

        let elsewhere = try await server.provider.registration.ask(EmailAddress("bob@example.org")!, from: "192.0.2.9")
        let link = String(elsewhere.verificationURL.dropFirst(TestProvider.issuer.count))
        _ = try await server.call(.get, link)
        let key = try TestKey.p256()
        for token in [nil, "martlet_rg_wrong"] {
            let body = TestBody.registration(key: key, token, email: "bob@example.org")
            let stranger = try await server.call(.post, "/api/register", body)
            #expect(stranger.status == 400)
            #expect(stranger["message"] == "Email not verified")
        }
        let right = TestBody.registration(key: key, elsewhere.registrationToken, email: "bob@example.org")
        #expect(try await server.call(.post, "/api/register", right).status == 200)
    }

    @Test func `the sixth mail in an hour to one address is refused, and the hour ends`() async throws {
        let server = try await TestServer()
        let body = TestBody.json(["email": "alice@example.org"])
        for _ in 1...5 { #expect(try await server.call(.post, "/api/send-verification", body).status == 200) }
        // Another spelling of the address is the same address.
        let shouted = TestBody.json(["email": "ALICE@EXAMPLE.org"])
        for body in [body, shouted] {
            let reply = try await server.call(.post, "/api/send-verification", body)
            #expect(reply.status == 429)
            #expect(reply.field("Retry-After") == "3600")
            #expect(reply.json?["success"] == false)
        }
        server.provider.clock.advance(by: 3601)
        #expect(try await server.call(.post, "/api/send-verification", body).status == 200)
    }

    @Test func `the fourth registration in an hour from one network address is refused`() async throws {
        let provider = try await TestProvider()
        let limited = Registration(
            store: provider.stores.registrations,
            settings: RegistrationSettings(baseURL: TestProvider.issuer),
            watchers: provider.watchers,
            random: provider.random,
            now: provider.clock.now
        )
        let server = try TestServer(over: provider, .init(registration: limited))
        for number in 1...3 { #expect(try await server.register(.p256(), "user\(number)@example.org").status == 200) }
        let fourth = try await server.register(.p256(), "user4@example.org")
        #expect(fourth.status == 429)
        #expect(fourth.field("Retry-After") == "3600")
        #expect(fourth.json?["user_id"] == .null)
    }
}

extension TestBody {
    /// What is sent to `/api/register`.
    static func registration(key: TestKey, _ token: String?, email: String = "alice@example.org") -> TestBody {
        var body: JSONObject = [
            "email": .string(email), "name": "Alice Example", "public_key": .string(key.hexadecimal),
        ]
        if let token { body["registration_token"] = .string(token) }
        return .json(.object(body))
    }
}

extension TestServer {
    /// Asks, follows the link and registers, all over HTTP.
    func register(_ key: TestKey, _ email: String) async throws -> TestReply {
        let (token, registration) = try await ask(email)
        _ = try await call(.get, "/api/verify/\(token)")
        return try await call(.post, "/api/register", .registration(key: key, registration, email: email))
    }

    /// The reply to a request for a token with the key of an account, over HTTP, as JSON like the seed's.
    func requestToken(of key: TestKey) async throws -> TestReply {
        let challenge = try await call(.post, "/oauth/challenge")["challenge"] ?? ""
        let assertion = try await provider.assertion(of: TestClient(keyOfAccount: key), challenge: challenge)
        return try await call(
            .post,
            "/oauth/token",
            .json([
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": .string(assertion), "public_key": .string(key.hexadecimal),
                "challenge": .string(challenge), "scope": "openid profile",
            ])
        )
    }

    func token(of key: TestKey) async throws -> String {
        try await requestToken(of: key)["access_token"] ?? ""
    }
}
