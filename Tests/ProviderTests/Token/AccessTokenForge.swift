import JOSE
import Provider
import TestSupport

/// Makes access tokens as the server would, with what a tampering says: the server's own key is known to the tests.
struct AccessTokenForge {
    let provider: TestProvider
    let account: String
    let key: TestKey

    init(_ provider: TestProvider, account: String, key: TestKey) {
        (self.provider, self.account, self.key) = (provider, account, key)
    }

    func token(signedBy server: TestKey? = nil, _ tampering: Tampering = .none) throws -> String {
        let now = provider.clock.now()
        let issuer = JSON.string(provider.settings.issuer)
        let known = try TestKey.known()
        return try TestAssertion(
            header: ["alg": "ES256", "typ": "at+jwt", "kid": .string(known.thumbprint)],
            claims: [
                "iss": issuer, "sub": .string(account), "aud": issuer, "client_id": .string(key.clientID),
                "iat": .integer(now.seconds), "exp": .integer((now + 60).seconds), "jti": "01JGF8Z3V0AAAAAAAAAAAAAAAA",
                "scope": "openid", "cnf": ["jkt": .string(key.thumbprint)], "generation": 0,
            ]
        ).signed(by: server ?? known, tampering, now: now)
    }
}

extension TestProvider {
    var settings: Settings { provider.settings }
}
