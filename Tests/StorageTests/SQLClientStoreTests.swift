import Cryptography
import JOSE
import OAuth
import Provider
import Storage
import Testing

struct SQLClientStoreTests {
    private let scratch: ScratchStores
    private var store: SQLClientStore { scratch.stores.clients }

    init() async throws {
        scratch = try await ScratchStores()
    }

    private func client(_ id: String, _ credential: Client.Credential) throws -> Client {
        var client = Client(
            id: Client.ID(id),
            name: "A \"name\" 🐦",
            authentication: .privateKeyJWT,
            credential: credential,
            scope: try Scope("write read")
        )
        client.grants = [.clientCredentials, GrantType("urn:example:grant")]
        return client
    }

    @Test(arguments: ClientAuthenticationMethod.proving, [(true, false), (false, true)])
    func `a client comes back as it went in`(
        authentication: ClientAuthenticationMethod,
        flags: (Bool, Bool)
    ) async throws {
        var client = Client(
            id: Client.ID("app"),
            name: "App",
            authentication: authentication,
            credential: .secretDigest(Hash.digest([1])),
            scope: try Scope("b a")
        )
        client.grants = []
        (client.mustAnswerChallenge, client.isResourceServer) = flags
        try await store.add(client, at: scratch.now)
        let found = try #require(try store.client(client.id))
        #expect(found.id == client.id && found.name == client.name)
        #expect(found.authentication == authentication)
        #expect(found.scope.tokens == ["b", "a"] && found.grants == [] && found.owner == nil)
        #expect((found.mustAnswerChallenge, found.isResourceServer) == flags)
    }

    @Test func `each credential comes back as it went in`() async throws {
        let keys = try [Curve.p256, .secp256k1].map { JWK(key: try PrivateKey.generate(.ec($0)).publicKey, kid: "k") }
        try await store.add(try client("a", .secretDigest(Hash.digest([7]))), at: scratch.now)
        try await store.add(try client("b", .sealedSecret([1, 2, 3])), at: scratch.now)
        try await store.add(try client("c", .keys(JWKSet([keys[0]]))), at: scratch.now)
        try await store.add(try client("d", .keys(JWKSet([keys[1]]))), at: scratch.now)
        guard case .secretDigest(Hash.digest([7])) = try store.client(Client.ID("a"))?.credential,
            case .sealedSecret([1, 2, 3]) = try store.client(Client.ID("b"))?.credential
        else {
            Issue.record("another credential")
            return
        }
        for (id, key) in zip(["c", "d", "c"], [keys[0], keys[1], keys[0]]) {
            guard case .keys(let found) = try store.client(Client.ID(id))?.credential else {
                Issue.record("no keys")
                return
            }
            #expect(found.keys.map(\.thumbprint) == [key.thumbprint])
            #expect(found.keys.map(\.kid) == ["k"])
        }
        #expect(try store.clients().map(\.id.description) == ["a", "b", "c", "d"])
        #expect(try store.clients().allSatisfy { $0.grants.count == 2 })
    }

    @Test func `an id is registered once and case counts`() async throws {
        try await store.add(try client("app", .sealedSecret([1])), at: scratch.now)
        let error = await #expect(throws: DatabaseError.self) {
            try await store.add(try client("app", .sealedSecret([2])), at: scratch.now)
        }
        guard case .constraint(let violation) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(violation.isDuplicate)
        #expect(try store.client(Client.ID("APP")) == nil)
    }

    @Test func `a removed client is unknown`() async throws {
        try await store.add(try client("app", .sealedSecret([1])), at: scratch.now)
        #expect(try await store.remove(Client.ID("app")))
        #expect(try store.client(Client.ID("app")) == nil)
        #expect(try await store.remove(Client.ID("app")) == false)
    }

    @Test func `a client whose keys changed shows the new ones`() async throws {
        for _ in 0..<2 {
            let key = JWK(key: try PrivateKey.generate(.ec(.p256)).publicKey)
            try await store.add(try client("app", .keys(JWKSet([key]))), at: scratch.now)
            guard case .keys(let found) = try store.client(Client.ID("app"))?.credential else {
                Issue.record("no keys")
                return
            }
            #expect(found.keys.map(\.thumbprint) == [key.thumbprint])
            _ = try await store.remove(Client.ID("app"))
        }
    }
}
