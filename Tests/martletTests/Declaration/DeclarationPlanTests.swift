import Cryptography
import JOSE
import OAuth
import Provider
import Storage
import TestSupport
import Testing

@testable import martlet

/// Planning, applying, and what differs afterwards.
struct DeclarationPlanTests {
    private let folder: ScratchFolder
    private let stores: Stores
    private let now = Timestamp(seconds: 1_800_000_000)
    private let seal = DeclarationPlan.Seal(
        key: SealingKey([UInt8](repeating: 7, count: 32)),
        random: SeededRandom(seed: 5)
    )

    init() async throws {
        folder = try ScratchFolder()
        stores = try await Stores.open(path: folder.path("martlet.db"), options: .patient, at: now)
    }

    private func plan(_ text: String) throws -> [String] {
        let file = try DeclarationTests.read(text)
        let plan = try DeclarationPlan(file, over: stores.declarations.state(of: file.names), seal)
        return plan.changes.map { "\($0.action.rawValue) \($0.kind) \($0.name)" }
    }

    private func apply(_ text: String) async throws -> Int {
        try await stores.apply(DeclarationTests.read(text), seal, at: now).count
    }

    private static let whole = DeclarationTests.whole

    @Test func `what was applied needs nothing more`() async throws {
        #expect(
            try plan(Self.whole) == [
                "add scope orders:read", "add scope orders:write", "add resource https://orders.example",
                "add client shop", "add client worker",
            ]
        )
        #expect(try stores.clients.clients().isEmpty)
        #expect(try await apply(Self.whole) == 5)
        #expect(try plan(Self.whole) == [])
        #expect(try await apply(Self.whole) == 0)
        let shop = try #require(try stores.clients.client(Client.ID("shop")))
        #expect(shop.manager == "shops" && shop.policy.skipsConsent && shop.policy.accessTokenLifetime == 600)
        #expect(try stores.resources.words(of: Scope("orders:read openid")) == ["orders:read": "See your orders"])
        #expect(try stores.resources.resource(ResourceIndicator("https://orders.example")!)?.name == "Orders")
    }

    @Test(arguments: [
        (#""client_name": "Shop""#, #""client_name": "Other""#, "client shop", "client_name"),
        (#""access_token_lifetime": 600"#, #""access_token_lifetime": 601"#, "client shop", "policy"),
        (
            #""require_pushed_authorization_requests": true, "#, "", "client shop",
            "require_pushed_authorization_requests"
        ),
        (#""openid orders:read""#, #""openid""#, "client shop", "scope"),
        (#""resource_server": true,"#, "", "client worker", "resource_server"),
        (#""client_secret_post""#, #""client_secret_basic""#, "client worker", "token_endpoint_auth_method"),
        (#""See your orders""#, #""Read them""#, "scope orders:read", "words"),
        (#""Orders", "#, #""All orders", "#, "resource https://orders.example", "resource_name"),
    ])
    func `each member that changes is a change, once`(before: String, after: String, what: String, member: String)
        async throws
    {
        _ = try await apply(Self.whole)
        let changed = Self.whole.replacing(before, with: after)
        #expect(changed != Self.whole)
        let file = try DeclarationTests.read(changed)
        let plan = try DeclarationPlan(file, over: stores.declarations.state(of: file.names), seal)
        #expect(plan.changes.map { "\($0.kind) \($0.name)" } == [what])
        #expect(plan.changes.first?.members.map(\.name) == [member])
        #expect(try await apply(changed) == 1)
        #expect(try self.plan(changed) == [])
    }

    @Test func `what left the file is removed, what never came from it stays`() async throws {
        let other = Client(
            id: Client.ID("by-hand"),
            name: "By hand",
            authentication: .none,
            credential: .none,
            scope: .empty
        )
        try await stores.clients.add(other, at: now)
        _ = try await apply(Self.whole)
        let empty = #"{"name": "shops"}"#
        #expect(
            Set(try plan(empty)) == [
                "remove client shop", "remove client worker", "remove resource https://orders.example",
                "remove scope orders:read", "remove scope orders:write",
            ]
        )
        #expect(try await apply(empty) == 5)
        #expect(try stores.clients.clients().map(\.id.description) == ["by-hand"])
        #expect(try stores.resources.resource(ResourceIndicator("https://orders.example")!) == nil)
    }

    @Test func `a client that was changed or removed by hand is seen, and put right`() async throws {
        _ = try await apply(Self.whole)
        var shop = try #require(try stores.clients.client(Client.ID("shop")))
        shop.metadata.redirectURIs.append(RedirectURI(registering: "https://evil.example/", isNative: false)!)
        shop.registrationDigest = [UInt8](repeating: 1, count: 32)
        _ = try await stores.clients.replace(shop)
        _ = try await stores.clients.remove(Client.ID("worker"))
        #expect(try plan(Self.whole) == ["change client shop", "add client worker"])
        #expect(try await apply(Self.whole) == 2)
        let mended = try #require(try stores.clients.client(Client.ID("shop")))
        #expect(mended.metadata.redirectURIs.count == 1 && mended.registrationDigest == nil)
    }

    @Test func `a client that was there comes under the file, one of another file does not`() async throws {
        let other = Client(
            id: Client.ID("shop"),
            name: "Shop",
            authentication: .none,
            credential: .none,
            scope: .empty
        )
        try await stores.clients.add(other, at: now)
        #expect(try plan(Self.whole).contains("change client shop"))
        _ = try await apply(Self.whole)
        let stranger = Self.whole.replacing(#""name": "shops""#, with: #""name": "others""#)
        let error = await #expect(throws: DeclarationError.self) { try await apply(stranger) }
        #expect(error?.description.contains("belongs to the file named \"shops\"") == true)
        #expect(try plan(Self.whole) == [])
    }

    @Test func `a sealed secret is compared without being shown`() async throws {
        let text =
            #"{"clients": [{"client_id": "j", "token_endpoint_auth_method": "client_secret_jwt", "#
            + #""client_secret": {"env": "SHOP_SECRET"}}]}"#
        #expect(try await apply(text) == 1)
        #expect(try plan(text) == [])
        let stored = try #require(try stores.clients.client(Client.ID("j")))
        guard case .sealedSecret(let sealed) = stored.credential else {
            Issue.record("no sealed secret")
            return
        }
        #expect(try seal.key?.open(sealed, for: stored.id) == Array(DeclarationTests.secret.utf8))
        let json = try JSONObject.parse(Array(text.utf8))
        let changed = try Declaration(
            json,
            folder: ".",
            environment: ["SHOP_SECRET": String(DeclarationTests.secret.reversed())]
        )
        let plan = try DeclarationPlan(changed, over: stores.declarations.state(of: changed.names), seal)
        #expect(plan.changes.first?.members.map(\.name) == ["client_secret"])
        let shown = String(decoding: JSON.array(plan.changes.map(\.json)).encoded(), as: UTF8.self)
        #expect(shown.contains(#""secret":true"#) && !shown.contains("0123456789abcdef"))
    }
}
