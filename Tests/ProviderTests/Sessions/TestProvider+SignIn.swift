import Cryptography
import HTTPTypes
import JOSE
import OAuth
import TestSupport

@testable import Provider

extension TestProvider {
    /// What the chat face gives, changed by `change`.
    static func plan(
        client: String = "martlet:chat",
        isRemembered: Bool = false,
        _ change: (inout SignInPlan) -> Void = { _ in }
    ) -> SignInPlan {
        var plan = SignInPlan(
            client: Client.ID(client),
            scope: Scope(tokens: ["openid", "profile", "chat:read"]),
            accessTokenLifetime: 43_200,
            isRemembered: isRemembered
        )
        plan.refreshTokenLifetime = 2_592_000
        change(&plan)
        return plan
    }

    /// Signs `account` in as a face does once the password was right.
    func signIn(_ account: String, _ plan: SignInPlan = Self.plan()) async throws -> SignInTokens {
        let id = Subject.ID(account)
        let generation = try await dependencies.subjects.subject(id)?.generation
        return try await provider.sessions.begin(
            for: id,
            generation: generation ?? 0,
            plan: plan,
            origin: SessionOrigin(address: "192.0.2.7", userAgent: "tests")
        )
    }

    /// Whether userinfo takes the access token.
    func admits(_ tokens: SignInTokens) async -> Bool {
        await userinfo(tokens.accessToken).status == 200
    }

    /// Waits until what was queued for writing is written: the uses of sessions.
    func settle() async throws {
        _ = try await dependencies.sessions.end(Session.ID("none"), of: Subject.ID("nobody"))
    }

    /// A token with the claims of `tokens` but for `changes`, signed by the server's own key.
    func resigned(_ tokens: SignInTokens, _ changes: JSONObject) throws -> String {
        let payload = try JWS.parse(
            tokens.accessToken,
            policy: JWSPolicy(algorithms: [.es256], type: .required("at+jwt"))
        ).payload
        let claims = try JSONObject.parse(payload).merging(changes)
        return try dependencies.keys.current(.es256, at: clock.now()).accessTokens.sign(claims)
    }
}
