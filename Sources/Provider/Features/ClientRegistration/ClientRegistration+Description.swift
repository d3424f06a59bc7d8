import Cryptography
import JOSE
import OAuth

extension ClientRegistration {
    static func registerClient(_ policy: RegistrationPolicy) -> Operation {
        let operation = Operation("registerClient", "Registers an application (RFC 7591).", of: .oauth)
            .taking(wish)
            .answering(201, "What was registered. The secret is shown this once.", answer)
            .limited("Too many were registered from this address within an hour, or too many tokens were wrong.")
        return policy == .open ? operation : operation.guarded(by: .initialAccessToken)
    }

    static let readClient = managing("readClient", "What the application is registered with (RFC 7592 §2.1).")
        .answering("All of it, but the secret.", answer)

    static let replaceClient = managing("replaceClient", "Replaces the whole registration (RFC 7592 §2.2).")
        .taking(
            wish.adding(.input(["client_id": .text(), "client_secret": .text().orNull], optional: ["client_secret"]))
        )
        .answering("What is registered now.", answer)

    static let removeClient = managing(
        "removeClient",
        "Removes the application and ends what people did in it (RFC 7592 §2.3)."
    ).answeringNothing(204, "It is gone.")

    private static func managing(_ id: String, _ summary: String) -> Operation {
        Operation(id, summary, of: .oauth).path("client_id", .text(1...Int.max)).guarded(by: .registrationAccessToken)
            .limited("Too many tokens were wrong.")
    }

    private static let uris = JSONSchema.array(of: .url, 0...MetadataReader.limit)
    private static let texts = JSONSchema.array(of: .text(), 0...MetadataReader.limit)
    private static let line = JSONSchema.text(0...MetadataReader.textLimit)
    private static let encryptionAlgorithm = JSONSchema.one(of: JWEAlgorithm.allCases.map(\.rawValue))
    private static let encryption = JSONSchema.one(of: ContentEncryption.allCases.map(\.rawValue))
    private static let algorithm = JSONSchema.one(of: ClientMetadata.signingAlgorithms.map(\.rawValue))

    /// The names of all members.
    package static let memberNames = ["redirect_uris"] + members.map(\.0)

    /// The members that a client may leave out, or set to null.
    private static let members: [(String, JSONSchema)] = [
        ("client_name", line), ("application_type", .one(of: "web", "native")),
        ("subject_type", .one(of: "public", "pairwise")),
        (
            "token_endpoint_auth_method",
            .one(of: ClientAuthenticationMethod.allCases.map(\.rawValue))
        ),
        ("token_endpoint_auth_signing_alg", .text()), ("grant_types", texts), ("response_types", texts),
        ("scope", .text()), ("jwks", .input(["keys": .array(of: .jwk)])),
        ("jwks_uri", .url), ("sector_identifier_uri", .url), ("post_logout_redirect_uris", uris),
        ("request_uris", uris), ("request_object_signing_alg", .one(of: ClientMetadata.requestObjectAlgorithms)),
        ("require_signed_request_object", .boolean), ("require_pushed_authorization_requests", .boolean),
        ("request_object_encryption_alg", encryptionAlgorithm),
        ("request_object_encryption_enc", encryption), ("id_token_encrypted_response_alg", encryptionAlgorithm),
        ("id_token_encrypted_response_enc", encryption), ("userinfo_encrypted_response_alg", encryptionAlgorithm),
        ("userinfo_encrypted_response_enc", encryption), ("contacts", texts),
        ("client_uri", .url), ("logo_uri", .url), ("policy_uri", .url), ("tos_uri", .url),
        ("initiate_login_uri", .url), ("backchannel_logout_uri", .url), ("frontchannel_logout_uri", .url),
        ("backchannel_logout_session_required", .boolean), ("frontchannel_logout_session_required", .boolean),
        ("id_token_signed_response_alg", algorithm), ("userinfo_signed_response_alg", algorithm),
        ("default_max_age", .integer(0...315_360_000)), ("require_auth_time", .boolean),
        ("default_acr_values", texts), ("software_id", line), ("software_version", line),
    ]

    /// What a client asks to be registered as; unknown members are passed over.
    private static let wish = members.reduce(
        JSONSchema.input(["redirect_uris": .array(of: .url, 1...MetadataReader.limit)])
    ) {
        $0.adding(.input([$1.0: $1.1.orNull], optional: [$1.0]))
    }

    private static let answer = members.reduce(
        JSONSchema.object(
            [
                "client_id": .text(), "client_secret": .text(), "client_secret_expires_at": .integer(),
                "client_id_issued_at": .integer(), "registration_access_token": .text(),
                "registration_client_uri": .url, "redirect_uris": uris,
            ],
            optional: ["client_secret", "client_secret_expires_at", "client_id_issued_at"]
        )
    ) { $0.adding(.input([$1.0: $1.1], optional: [$1.0])) }.named("RegisteredClient")
}

extension Credential {
    /// What the operator gives to those who may register clients (RFC 7591 §3).
    fileprivate static let initialAccessToken = Credential.secretToken(
        "initialAccessToken",
        "The initial access token, from the operator."
    )

    /// What a client got when it was registered (RFC 7592 §3).
    fileprivate static let registrationAccessToken = Credential.secretToken(
        "registrationAccessToken",
        "The registration access token of the client."
    )
}
