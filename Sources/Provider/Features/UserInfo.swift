import Cryptography
import HTTPTypes
import JOSE
import OAuth

/// Tells who the token's account is (OIDC Core §5.3).
struct UserInfo: Feature {
    let endpoints: [Endpoint]
    let metadata: JSONObject

    init(_ dependencies: Dependencies, encryption: ClientEncryption, guard bearer: BearerToken) {
        metadata = [
            "claims_supported": .strings(["sub"] + StandardClaims.names + ["public_key", "created_at"]),
            "userinfo_signing_alg_values_supported": .strings(
                dependencies.keys.algorithms(at: dependencies.now()).map(\.rawValue)
            ),
            "userinfo_encryption_alg_values_supported": ClientEncryption.algorithms,
            "userinfo_encryption_enc_values_supported": ClientEncryption.contents,
        ]
        let respond: @Sendable (EndpointRequest) async throws -> Reply = { request in
            let (verified, subject) = try await bearer.admitAccount(request, scope: "openid")
            let claims = Self.claims(of: subject, for: verified)
            let token = try await Self.token(claims, for: verified, dependencies, encryption)
            return token ?? .json(.object(claims))
        }
        endpoints = [
            Endpoint(
                .get,
                "/oauth/userinfo",
                advertisedAs: "userinfo_endpoint",
                operation: Self.operation("readUserInfo"),
                respond: respond
            ),
            Endpoint(.post, "/oauth/userinfo", operation: Self.operation("postUserInfo"), respond: respond),
        ]
    }

    /// The claims as a JWT, signed, encrypted or both, where the client registered that it wants one (OIDC Core §5.3.2).
    private static func token(
        _ claims: JSONObject,
        for verified: AccessTokenVerifier.Verified,
        _ dependencies: Dependencies,
        _ encryption: ClientEncryption
    ) async throws -> Reply? {
        guard verified.session?.grant != nil,
            let client = try await dependencies.clients.client(verified.token.clientID)
        else { return nil }
        let recipient = try await encryption.recipient(client, client.metadata.userinfoEncryption)
        let token: String
        switch (client.metadata.userinfoAlgorithm, recipient) {
        case (nil, nil): return nil
        case (nil, let recipient?): token = try recipient.seal(claims)
        case (let algorithm?, _):
            let all = claims.merging([
                "iss": .string(dependencies.settings.issuer), "aud": .string(client.id.description),
            ])
            let signer = try dependencies.keys.current(algorithm, at: dependencies.now()).idTokens
            let signed = try signer.sign(all.encoded())
            token = try recipient?.seal(signed) ?? signed
        }
        return Reply(
            .ok,
            fields: [.contentType: "application/jwt", .cacheControl: "no-store"],
            body: Array(token.utf8)
        )
    }

    private static func operation(_ id: String) -> Operation {
        Operation(id, "Who the token's account is (OIDC Core §5.3).", of: .oauth)
            .guarded(by: .bearer(scope: "openid"))
            .answering(
                "The claims that the token's scope releases; all of them to the account's own key. A JWT for clients that registered it.",
                JSONSchema.object(["sub": .text(1...255)])
                    .adding(StandardClaims.schema)
                    .adding(
                        .object(
                            ["public_key": .publicKey, "created_at": .text(pattern: "^[0-9]+$")],
                            optional: ["public_key", "created_at"]
                        )
                    ).named("UserInfo")
            )
    }

    /// A token obtained with the account's own key releases all; another one what its scope releases (OIDC Core §5.4) and what the
    /// client named when it sent the person here (§5.5).
    private static func claims(of subject: Subject, for verified: AccessTokenVerifier.Verified) -> JSONObject {
        // As the client knows it, which may be by a pairwise name.
        var claims: JSONObject = ["sub": .string(verified.token.subject)]
        guard let ownKey = verified.ownKey else {
            let requested = verified.session?.grant?.claims.userinfo ?? []
            return claims.merging(
                StandardClaims.released(of: subject, scope: verified.token.scope, requested: requested)
            )
        }
        if let email = subject.email {
            claims["email"] = .string(email)
            claims["email_verified"] = .bool(subject.isEmailVerified)
        }
        claims["name"] = .string(subject.name)
        claims["public_key"] = ownKey.publicKey
        claims["created_at"] = .string(String(subject.createdAt.seconds))
        return claims
    }
}

extension SubjectKey {
    /// The key as its owner registered it: a hexadecimal point, or a JWK as an object.
    fileprivate var publicKey: JSON {
        guard registeredForm.hasPrefix("{"), let jwk = try? JSON.parse(Array(registeredForm.utf8)) else {
            return .string(registeredForm)
        }
        return jwk
    }
}
