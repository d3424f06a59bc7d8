import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

struct ClientAuthenticationTests {
    static let grant: TestForm = ["grant_type": "client_credentials"]

    static func expect(
        _ reply: TestReply,
        _ status: Int,
        _ error: String,
        _ check: String,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(reply.status == status, sourceLocation: location)
        #expect(reply.error == error, sourceLocation: location)
        #expect(reply.failedCheck == check, sourceLocation: location)
    }

    @Test(
        arguments: [
            ("CA-02 client_id alone", ["client_id": "client-1"]), ("CA-02 nothing", [:]),
            ("CA-02 an empty secret", ["client_id": "client-1", "client_secret": ""]),
            (
                "CA-02 an empty assertion",
                ["client_id": "client-1", "client_assertion": "", "client_assertion_type": ""]
            ),
        ] as [(String, TestForm)]
    )
    func `a client that proves nothing is refused`(row: String, form: TestForm) async throws {
        let provider = try await TestProvider()
        for method in ClientAuthenticationMethod.proving {
            _ = try await provider.addClient(method, id: method.rawValue)
            let named = form.pairs.isEmpty ? form : form.setting("client_id", to: method.rawValue)
            let reply = await provider.call(.post, "/oauth/token", .form(Self.grant + named))
            Self.expect(reply, 401, "invalid_client", "authentication method")
        }
    }

    @Test func `CA-03 two methods at once are refused, whichever they are`() async throws {
        let provider = try await TestProvider()
        let clients = try await ClientAuthenticationMethod.proving.asyncMap {
            try await provider.addClient($0, id: $0.rawValue)
        }
        for first in clients {
            for second in clients
            where first.id < second.id && !(first.method.usesAssertion && second.method.usesAssertion) {
                let (one, two) = (try await provider.credentials(of: first), try await provider.credentials(of: second))
                let headers = one.headers.isEmpty ? two.headers : one.headers
                let form = Self.grant + one.form + two.form
                let reply = await provider.call(.post, "/oauth/token", .form(form), headers: headers)
                Self.expect(reply, 400, "invalid_request", "authentication method")
            }
        }
        let basic = try await provider.credentials(of: clients[0])
        for more in [["client_assertion": "x"], ["client_assertion_type": "x"]] as [TestForm] {
            let reply = await provider.call(.post, "/oauth/token", .form(Self.grant + more), headers: basic.headers)
            Self.expect(reply, 400, "invalid_request", "authentication method")
        }
    }

    @Test(arguments: [
        "client_id", "client_secret", "client_assertion", "client_assertion_type", "public_key", "challenge",
    ])
    func `a parameter that is no string is refused, also one that the method has no use for`(name: String) async throws
    {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretBasic, id: "client-1")
        let headers = try await provider.credentials(of: client).headers
        for (value, status) in [(JSON.integer(5), 400), (.object([:]), 400), (.null, 200)] {
            let body: JSON = .object(["grant_type": "client_credentials", name: value])
            #expect(await provider.call(.post, "/oauth/token", .json(body), headers: headers).status == status)
        }
    }

    struct Mismatch: Sendable, CustomTestStringConvertible {
        let registered: ClientAuthenticationMethod
        let used: ClientAuthenticationMethod
        var testDescription: String { "CA-04 \(registered.rawValue) registered, \(used.rawValue) used" }

        static let all = ClientAuthenticationMethod.proving.flatMap { registered in
            ClientAuthenticationMethod.proving.filter { $0 != registered }.map {
                Mismatch(registered: registered, used: $0)
            }
        }

        /// Between the two kinds of assertion the credential decides, elsewhere the method.
        var check: String {
            switch (registered, used) {
            case (.privateKeyJWT, .clientSecretJWT): "alg"
            case (.clientSecretJWT, .privateKeyJWT): "JWS algorithm"
            default: "authentication method"
            }
        }
    }

    @Test(arguments: Mismatch.all)
    func `only the registered method is taken`(case mismatch: Mismatch) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(mismatch.registered)
        let usurper = TestClient(
            id: client.id,
            method: mismatch.used,
            key: mismatch.used == .privateKeyJWT ? try .p256() : nil,
            secret: client.secret ?? "a secret of more than thirty-two bytes"
        )
        let reply = try await provider.requestToken(as: usurper)
        Self.expect(reply, 401, "invalid_client", mismatch.check)
        #expect(try await provider.requestToken(as: client).status == 200)
    }

    @Test(arguments: ClientAuthenticationMethod.proving)
    func `CA-06 another client_id in the body is refused`(method: ClientAuthenticationMethod) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(method)
        _ = try await provider.addClient(method, id: "client-2")
        let credentials = try await provider.credentials(of: client)
        let form = Self.grant + credentials.form.setting("client_id", to: "client-2")
        let reply = await provider.call(.post, "/oauth/token", .form(form), headers: credentials.headers)
        switch method {
        case .clientSecretBasic: Self.expect(reply, 400, "invalid_request", "client_id")
        case .clientSecretPost: Self.expect(reply, 401, "invalid_client", "client_secret")
        case .privateKeyJWT: Self.expect(reply, 401, "invalid_client", "JWS signature")
        case .clientSecretJWT: Self.expect(reply, 401, "invalid_client", "JWS signature")
        case .none: Issue.record("a public client proves nothing")
        }
        let agreeing = try await provider.credentials(of: client)
        let same = Self.grant + agreeing.form.setting("client_id", to: client.id)
        #expect(await provider.call(.post, "/oauth/token", .form(same), headers: agreeing.headers).status == 200)
    }

    @Test(arguments: [ClientAuthenticationMethod.clientSecretBasic, .clientSecretPost])
    func `CA-08 an unknown client and a wrong secret get the same answer`(method: ClientAuthenticationMethod)
        async throws
    {
        let provider = try await TestProvider()
        _ = try await provider.addClient(method)
        let wrong = try await provider.requestToken(as: TestClient(id: "client-1", method: method, secret: "wrong"))
        let unknown = try await provider.requestToken(as: TestClient(id: "client-9", method: method, secret: "wrong"))
        Self.expect(wrong, 401, "invalid_client", "client_secret")
        Self.expect(unknown, 401, "invalid_client", "client_id")
        #expect(wrong.body == unknown.body)
        #expect(wrong.fields == unknown.fields)
        #expect((wrong.field("WWW-Authenticate") != nil) == (method == .clientSecretBasic))
    }

    @Test(arguments: [
        "Basic", "Basic !", "Bearer abc", "DPoP abc", "Negotiate YTpi", "Basic OmI=", "Basic YTpi, Basic YTpi",
    ])
    func `an Authorization field that is not Basic is refused with a challenge`(field: String) async throws {
        let provider = try await TestProvider()
        let reply = await provider.call(.post, "/oauth/token", .form(Self.grant), headers: [.authorization: field])
        Self.expect(reply, 401, "invalid_client", "Authorization")
        #expect(reply.field("WWW-Authenticate") == "Basic realm=\"martlet\", charset=\"UTF-8\"")
    }

    struct AssertionType: Sendable, CustomTestStringConvertible {
        let name: String
        let form: TestForm
        var check = "parameters"
        var testDescription: String { name }
    }

    @Test(arguments: [
        AssertionType(name: "CA-24 wrong type", form: ["client_assertion_type": "x"], check: "client_assertion_type"),
        AssertionType(
            name: "CA-24 SAML",
            form: ["client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"],
            check: "client_assertion_type"
        ),
        AssertionType(name: "CA-24 no type", form: [:]),
        AssertionType(name: "CA-24 empty type", form: ["client_assertion_type": ""]),
        AssertionType(
            name: "CA-24 type twice",
            form: ["client_assertion_type": jwtBearerAssertionType, "client_assertion_type": jwtBearerAssertionType]
        ),
    ])
    func `an assertion comes with its type, once`(case type: AssertionType) async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.privateKeyJWT)
        let assertion: TestForm = ["client_assertion": try await provider.assertion(of: client)]
        let reply = await provider.call(.post, "/oauth/token", .form(Self.grant + assertion + type.form))
        Self.expect(reply, 400, "invalid_request", type.check)
        let lonely: TestForm = ["client_assertion_type": jwtBearerAssertionType]
        let missing = await provider.call(.post, "/oauth/token", .form(Self.grant + lonely))
        Self.expect(missing, 400, "invalid_request", "parameters")
    }

    @Test func `CA-26 of many keys of one kind the kid or the trial finds the right one`() async throws {
        let provider = try await TestProvider()
        let keys = try (0..<3).map { _ in try TestKey.p256() }
        try await provider.add(
            Client(
                id: Client.ID("client-1"),
                name: "many keys",
                authentication: .privateKeyJWT,
                credential: .keys(
                    JWKSet(keys.enumerated().map { JWK(key: $1.privateKey.publicKey, kid: "key-\($0)") })
                ),
                scope: Scope("read")
            )
        )
        for (index, key) in keys.enumerated() {
            let client = TestClient(id: "client-1", method: .privateKeyJWT, key: key)
            for header in [[:], ["kid": .string("key-\(index)")]] as [JSONObject] {
                let right = try await provider.assertion(of: client, .with { $0.header = header })
                #expect(await provider.requestToken(assertion: right).status == 200)
            }
            let unknown = try await provider.assertion(of: client, .with { $0.header = ["kid": "key-9"] })
            Self.expect(await provider.requestToken(assertion: unknown), 401, "invalid_client", "alg, kid")
            let other = JSON.string("key-\((index + 1) % 3)")
            let swapped = try await provider.assertion(of: client, .with { $0.header = ["kid": other] })
            Self.expect(await provider.requestToken(assertion: swapped), 401, "invalid_client", "JWS signature")
        }
    }

    @Test func `CA-32 a client that was removed is unknown at once`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretBasic)
        #expect(try await provider.requestToken(as: client).status == 200)
        try await provider.remove(client)
        for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
            let reply = try await provider.call(path, as: client, Self.grant + ["token": "t"])
            Self.expect(reply, 401, "invalid_client", "client_id")
        }
    }

    @Test func `a sealed secret opens for no other client and under no other key`() throws {
        let random = SeededRandom()
        let key = SealingKey([UInt8](repeating: 1, count: 32))
        let sealed = try key.seal(Array("secret".utf8), for: Client.ID("a"), random: random)
        #expect(try key.open(sealed, for: Client.ID("a")) == Array("secret".utf8))
        #expect(throws: JOSEError.self) { try key.open(sealed, for: Client.ID("b")) }
        #expect(throws: JOSEError.self) { try key.open(Array(sealed.dropLast()), for: Client.ID("a")) }
        #expect(throws: JOSEError.self) { try key.open([], for: Client.ID("a")) }
        let other = SealingKey([UInt8](repeating: 2, count: 32))
        #expect(throws: JOSEError.self) { try other.open(sealed, for: Client.ID("a")) }
        #expect(try key.seal(Array("secret".utf8), for: Client.ID("a"), random: random) != sealed)
    }
}

extension Sequence {
    func asyncMap<Result>(_ body: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
