import HTTPTypes
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// Ten failures a minute for each client at each address, a hundred for each address.
struct FailureLimitTests {
    static func attempt(_ provider: TestProvider, id: String = "client-1", from address: String = "a") async
        -> TestReply
    {
        await provider.call(
            .post,
            "/oauth/token",
            .form(["grant_type": "client_credentials", "client_id": id, "client_secret": "wrong"]),
            from: address
        )
    }

    static func right(_ provider: TestProvider, _ client: TestClient, from address: String = "a") async -> TestReply {
        let form: TestForm = [
            "grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret ?? "",
        ]
        return await provider.call(.post, "/oauth/token", .form(form), from: address)
    }

    @Test func `ten failures are answered, the eleventh waits for the end of the minute`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretPost)
        for _ in 0..<10 { #expect(await Self.attempt(provider).status == 401) }
        provider.clock.advance(by: 20)
        for reply in [await Self.attempt(provider), await Self.right(provider, client)] {
            #expect(reply.status == 429)
            #expect(reply.error == "temporarily_unavailable")
            #expect(reply.field("Retry-After") == "40")
            #expect(reply.failedCheck == "rate limit")
        }
        provider.clock.advance(by: 39)
        #expect(await Self.right(provider, client).status == 429)
        provider.clock.advance(by: 1)
        #expect(await Self.right(provider, client).status == 200)
        #expect(await Self.attempt(provider).status == 401)
    }

    @Test func `successes are not counted`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretPost)
        for _ in 0..<9 { #expect(await Self.attempt(provider).status == 401) }
        for _ in 0..<50 { #expect(await Self.right(provider, client).status == 200) }
        #expect(await Self.attempt(provider).status == 401)
        #expect(await Self.right(provider, client).status == 429)
    }

    @Test func `nobody locks out a client from elsewhere, nor another client from the same place`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretPost)
        let other = try await provider.addClient(.clientSecretPost, id: "client-2")
        for _ in 0..<11 { _ = await Self.attempt(provider) }
        #expect(await Self.right(provider, client).status == 429)
        #expect(await Self.right(provider, client, from: "b").status == 200)
        #expect(await Self.right(provider, other).status == 200)
    }

    @Test func `an address has a hundred failures a minute, whomever it names`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretPost)
        for number in 0..<100 { #expect(await Self.attempt(provider, id: "unknown-\(number)").status == 401) }
        #expect(await Self.right(provider, client).status == 429)
        #expect(await Self.right(provider, client, from: "b").status == 200)
        provider.clock.advance(by: 60)
        #expect(await Self.right(provider, client).status == 200)
    }

    @Test func `a clock that runs backwards asks nobody to wait longer than a minute`() async throws {
        let provider = try await TestProvider()
        let client = try await provider.addClient(.clientSecretPost)
        for _ in 0..<10 { _ = await Self.attempt(provider) }
        provider.clock.advance(by: -30)
        #expect(await Self.right(provider, client).field("Retry-After") == "60")
        provider.clock.advance(by: 90)
        #expect(await Self.right(provider, client).status == 200)
    }

    @Test func `limits are off where the operator says so`() async throws {
        let provider = try await TestProvider { $0.limitsRates = false }
        _ = try await provider.addClient(.clientSecretPost)
        for _ in 0..<30 { #expect(await Self.attempt(provider).status == 401) }
    }

    @Test func `failures of a key are counted by the key, however it is named`() async throws {
        let provider = try await TestProvider()
        let key = try TestKey.p256()
        try await provider.register(key)
        let client = TestClient(keyOfAccount: key)
        let names: [TestForm] = [[:], ["client_id": key.clientID], ["public_key": key.hexadecimal]]
        for number in 0..<10 {
            let wrong = try await provider.assertion(of: client, .with { $0.signature = .flipped })
            #expect(await provider.requestToken(assertion: wrong, names[number % 3]).status == 400)
        }
        for name in names {
            let right = try await provider.assertion(of: client)
            #expect(await provider.requestToken(assertion: right, name).status == 429)
        }
    }
}
