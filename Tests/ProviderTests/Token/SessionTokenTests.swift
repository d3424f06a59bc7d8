import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// Access tokens of sign-ins, and what tells them from the tokens of keys and clients.
struct SessionTokenTests {
    private let provider: TestProvider
    private let account: String
    private let key: TestKey

    init() async throws {
        provider = try await TestProvider()
        key = try .p256()
        account = try await provider.register(key)
    }

    /// Adds the RSA key that the user-management face signs with.
    private func addRSAKey() throws {
        let rsa = try SigningKey(
            PrivateKey.generate(.rsa(bits: 2048)),
            algorithm: .rs512,
            createdAt: provider.clock.now() - 86_400
        )
        let keys = provider.dependencies.keys
        keys.replace(with: keys.published(at: provider.clock.now()) + [rsa])
    }

    private func signIn(_ algorithm: SignatureAlgorithm) async throws -> SignInTokens {
        try await provider.signIn(account, TestProvider.plan { $0.algorithm = algorithm })
    }

    static let changes: [(JSONObject, String)] = [
        (["sid": "00000000-0000-4000-8000-000000000000"], "sid"), (["jti": "01M7Z8KH9S6W38BMXDWG1PQ0PK"], "sid"),
        (["client_id": "martlet:users"], "sid"), (["sub": "00000000-0000-4000-8000-000000000000"], "account"),
    ]

    @Test(arguments: changes)
    func `token, session, client and account must belong together`(changes: JSONObject, check: String) async throws {
        let tokens = try await provider.signIn(account)
        #expect(await provider.userinfo(try provider.resigned(tokens, [:])).status == 200)
        let reply = await provider.userinfo(try provider.resigned(tokens, changes))
        #expect(reply.status == 401)
        #expect(reply.failedCheck == check)
    }

    @Test func `a token is not good for another session of its account`() async throws {
        let (first, second) = (try await provider.signIn(account), try await provider.signIn(account))
        let changes: JSONObject = ["sid": .string(second.session.id.description)]
        #expect(await provider.userinfo(try provider.resigned(first, changes)).failedCheck == "sid")
        #expect(await provider.admits(second))
    }

    @Test func `RS512 is accepted only where it is asked for`() async throws {
        try addRSAKey()
        let (rsa, standard) = (try await signIn(.rs512), try await signIn(.es256))
        #expect(await provider.admits(standard))
        let tokens = provider.provider.tokens
        for _ in 1...2 {
            let reply = await provider.userinfo(rsa.accessToken)
            #expect(reply.status == 401)
            #expect(reply.error == "invalid_token")
            #expect(try await tokens.verify(rsa.accessToken, algorithms: [.rs512]).subject?.id.description == account)
            #expect(try await tokens.verify(rsa.accessToken, algorithms: [.es256, .rs512]).session != nil)
            await #expect(throws: OAuthError.self) {
                try await tokens.verify(standard.accessToken, algorithms: [.rs512])
            }
        }
        try await provider.provider.sessions.end(rsa.session.id, of: Subject.ID(account))
        await #expect(throws: OAuthError.self) { try await tokens.verify(rsa.accessToken, algorithms: [.rs512]) }
    }

    @Test func `a plan without its key signs nothing and begins nothing`() async throws {
        await #expect(throws: JOSEError.self) { try await signIn(.rs512) }
        #expect(try await provider.provider.sessions.list(of: Subject.ID(account)).isEmpty)
    }

    @Test func `the key set tells both keys and what they sign`() async throws {
        try addRSAKey()
        let keys = await provider.call(.get, "/oauth/jwks").json?["keys"]?.arrayValue ?? []
        #expect(keys.compactMap { $0.objectValue?["alg"]?.stringValue } == ["ES256", "RS512"])
        #expect(keys.compactMap { $0.objectValue?["kty"]?.stringValue } == ["EC", "RSA"])
        #expect(keys.allSatisfy { $0.objectValue?["d"] == nil && $0.objectValue?["use"] == "sig" })
    }

    @Test func `tokens of a key have no session and outlive every session`() async throws {
        let token = try await provider.token(of: TestClient(keyOfAccount: key))
        _ = try await provider.signIn(account)
        #expect(try await provider.provider.tokens.verify(token).session == nil)
        try await provider.provider.sessions.endAll(of: Subject.ID(account))
        #expect(await provider.userinfo(token).status == 200)
        provider.clock.advance(by: 3_599)
        #expect(await provider.userinfo(token).status == 200)
    }

    @Test func `tokens of a key end with the generation of the account`() async throws {
        let token = try await provider.token(of: TestClient(keyOfAccount: key))
        #expect(await provider.userinfo(token).status == 200)
        try await provider.block(account)
        try await provider.unblock(account)
        #expect(await provider.userinfo(token).failedCheck == "account")
    }

    @Test func `a resource server is told the session, not the generation`() async throws {
        let server = try await provider.addClient(.clientSecretBasic) { $0.isResourceServer = true }
        let tokens = try await provider.signIn(account)
        let answer = try await provider.call("/oauth/introspect", as: server, ["token": tokens.accessToken])
        #expect(answer.json?["active"] == true)
        #expect(answer["sid"] == tokens.session.id.description)
        #expect(answer.json?["generation"] == nil)
        try await provider.provider.sessions.end(tokens.session.id, of: Subject.ID(account))
        let after = try await provider.call("/oauth/introspect", as: server, ["token": tokens.accessToken])
        #expect(after.json == ["active": false])
    }
}
