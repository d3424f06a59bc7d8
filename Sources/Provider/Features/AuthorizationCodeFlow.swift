import Cryptography
import JOSE
import OAuth

/// Sign-in by browser: the code is redeemed for tokens (RFC 6749 §4.1, RFC 7636, OIDC Core §3.1).
struct AuthorizationCodeFlow: Feature {
    let grants: [any Grant]
    let metadata: JSONObject

    init(_ dependencies: Dependencies) {
        let settings = dependencies.settings
        grants = [AuthorizationCodeGrant(codes: AuthorizationCodes(dependencies), dependencies: dependencies)]
        let own: JSONObject = [
            "authorization_endpoint": .string(settings.url("/authorize")),
            "response_types_supported": .strings(settings.responseTypes.map(\.rawValue)),
            "response_modes_supported": .strings(settings.responseModes.map(\.rawValue)),
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": .strings(
                dependencies.keys.algorithms(at: dependencies.now()).map(\.rawValue)
            ),
            "id_token_encryption_alg_values_supported": ClientEncryption.algorithms,
            "id_token_encryption_enc_values_supported": ClientEncryption.contents,
            "authorization_response_iss_parameter_supported": true,
            "claims_parameter_supported": true,
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "display_values_supported": ["page"],
            "ui_locales_supported": .strings(settings.interfaceLanguages),
            "acr_values_supported": [.string(IDToken.acr)],
            "claim_types_supported": ["normal"],
        ]
        metadata = own.merging(RequestObjects.metadata(dependencies.decryption))
    }
}

/// Serves `grant_type=authorization_code`.
struct AuthorizationCodeGrant: Grant {
    let type = GrantType.authorizationCode
    let codes: AuthorizationCodes
    let dependencies: Dependencies

    func members(_ value: JSONSchema) -> JSONSchema {
        .input(
            [
                "code": value, "redirect_uri": value.described("The one of the authorization request."),
                "code_verifier": value.described("What the code_challenge is the SHA-256 of (RFC 7636 §4.1)."),
            ],
            optional: ["code_verifier"]
        )
    }

    /// The code is taken before anything is compared: who presents another's code, or a wrong verifier, burns it.
    func authorize(_ request: TokenRequest) async throws -> Authorization {
        let text = try request.parameters.required(.code)
        let session = Session.ID(UUIDv4(random: dependencies.random).string)
        let code = try await codes.take(text, for: session)
        guard code.client == request.client.id else { throw AuthorizationCodes.refused("another client's") }
        guard let redirect = try request.parameters.optional(.redirectURI), redirect == code.terms.redirectURI else {
            throw AuthorizationCodes.refused("presented with another redirect_uri than it was sent to")
        }
        try Self.check(code.terms.codeChallenge, try request.parameters.optional(.codeVerifier))
        guard let browser = try await dependencies.sessions.session(code.person.session, at: dependencies.now()),
            browser.subject.generation == code.person.generation
        else { throw AuthorizationCodes.refused("of a person who signed out since") }
        return Authorization(
            subject: browser.subject,
            client: request.client,
            requestedScope: code.terms.scope,
            constraint: .none,
            resources: code.terms.resources,
            session: .begins(ClientSignIn(id: session, code: code, browser: browser.session))
        )
    }

    /// RFC 7636 §4.6; a verifier without a challenge is refused too (RFC 9700 §4.8.2).
    private static func check(_ challenge: String?, _ verifier: String?) throws(OAuthError) {
        switch (challenge, verifier) {
        case (nil, nil): return
        case (nil, .some): throw AuthorizationCodes.refused("a verifier for a code without a challenge")
        case (.some, nil): throw AuthorizationCodes.refused("no verifier for a code with a challenge")
        case (.some(let challenge), .some(let verifier)):
            guard (43...128).contains(verifier.utf8.count), verifier.utf8.allSatisfy(isUnreserved) else {
                throw AuthorizationCodes.refused("a verifier that is none of RFC 7636 §4.1")
            }
            guard constantTimeEqual(Array(Base64URL.encode(Hash.digest(verifier)).utf8), Array(challenge.utf8)) else {
                throw AuthorizationCodes.refused("a verifier of another challenge")
            }
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
