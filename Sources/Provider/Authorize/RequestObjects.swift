import Cryptography
import JOSE
import OAuth

/// Requests whose parameters are in a JWT, sent along (`request`) or lying at an address of the client's (`request_uri`): RFC 9101,
/// OIDC Core §6.
struct RequestObjects: Sendable {
    private let settings: Settings
    private let keys: ClientKeys
    private let decryption: DecryptionKeys
    private let random: any RandomSource
    private let documents: RequestDocuments

    init(_ dependencies: Dependencies, keys: ClientKeys) {
        settings = dependencies.settings
        self.keys = keys
        decryption = dependencies.decryption
        random = dependencies.random
        documents = RequestDocuments(dependencies.documents)
    }

    /// What the server does with them (OIDC Discovery §3, RFC 9101 §10.5).
    static func metadata(_ decryption: DecryptionKeys) -> JSONObject {
        let metadata: JSONObject = [
            "request_parameter_supported": true,
            "request_uri_parameter_supported": true,
            "require_request_uri_registration": true,
            "request_object_signing_alg_values_supported": .strings(ClientMetadata.requestObjectAlgorithms),
        ]
        guard !decryption.algorithms.isEmpty else { return metadata }
        return metadata.merging([
            "request_object_encryption_alg_values_supported": .strings(decryption.algorithms.map(\.rawValue)),
            "request_object_encryption_enc_values_supported": ClientEncryption.contents,
        ])
    }

    /// What a client asks for.
    struct Asked {
        let parameters: Parameters
        /// The request object that was fetched.
        var fetched: String?
        /// The pushed request that the parameters come from.
        var pushed: PushedRequest.ID?
    }

    /// What `client` asks for with the parameters that were sent, all in all; they are the answer where there is no request object.
    /// `start` is when the dialogue began. Throws `invalid_request`, `invalid_request_object`, `invalid_request_uri`.
    func asked(_ sent: Parameters, by client: Client, start: Timestamp) async throws(OAuthError) -> Asked {
        try Self.checkExclusion(sent)
        switch (try sent.optional(.request), try sent.optional(.requestURI)) {
        case (nil, nil):
            guard client.metadata.requiresSignedRequestObject else { return Asked(parameters: sent) }
            throw OAuthError(
                .invalidRequest,
                "\(.request) is missing: the application registered that it sends signed request objects alone",
                FailedCheck("request", expected: "a signed request object", seen: "none")
            )
        case (let value?, nil):
            return Asked(parameters: try await read(value, beside: sent, client, start))
        case (_, let reference?):
            let object = try await documents.get(reference, of: client)
            return Asked(parameters: try await read(object, beside: sent, client, start), fetched: object)
        }
    }

    /// What `client` asks for where it pushes `sent`: a request object stands alone there (RFC 9126 §3), and leads nowhere else (§2.1).
    /// Throws as above.
    func pushed(_ sent: Parameters, by client: Client, at now: Timestamp) async throws(OAuthError) -> Parameters {
        guard try sent.optional(.requestURI) == nil else {
            throw OAuthError(
                .invalidRequest,
                "\(.requestURI) may not be pushed",
                FailedCheck("request_uri", expected: "none", seen: "one")
            )
        }
        guard let value = try sent.optional(.request) else {
            return try await asked(sent, by: client, start: now).parameters
        }
        let named = Parameters.none.setting(.clientID, to: client.id.description)
        return try await read(value, beside: named, client, now)
    }

    /// RFC 9101 §5.
    static func checkExclusion(_ sent: Parameters) throws(OAuthError) {
        guard try sent.optional(.request) != nil, try sent.optional(.requestURI) != nil else { return }
        throw OAuthError(
            .invalidRequest,
            "\(.request) and \(.requestURI) exclude one another",
            FailedCheck("request", expected: "one of both", seen: "both")
        )
    }

    /// The parameters of a request object, and those beside it where they count too.
    private func read(
        _ compact: String,
        beside sent: Parameters,
        _ client: Client,
        _ start: Timestamp
    ) async throws(OAuthError) -> Parameters {
        let object: RequestObject
        do throws(JOSEError) {
            object = try RequestObject(try decrypted(compact, of: client))
            try await verify(object, of: client)
            try object.checkClaims(
                of: client,
                issuer: settings.issuer,
                start: start,
                tolerance: settings.clockTolerance
            )
        } catch {
            throw OAuthError(.invalidRequestObject, "the request object is not valid", error.failed)
        }
        let inside = try Parameters(requestObject: object.claims.object)
        try Self.checkAgreement(inside, sent, .clientID)
        let all = object.isAlone || client.metadata.requiresSignedRequestObject ? inside : inside.supplemented(by: sent)
        if !object.isAlone { try Self.checkAgreement(inside, sent, .responseType) }
        return all
    }

    /// What is inside of a token that is encrypted for this server: another one, once. Others are taken as they are.
    private func decrypted(_ compact: String, of client: Client) throws(JOSEError) -> String {
        guard compact.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 4 else { return compact }
        guard let encryption = client.metadata.requestObjectEncryption else {
            throw JOSEError(
                .algorithm,
                FailedCheck(
                    "request_object_encryption_alg",
                    expected: "a token that is not encrypted",
                    seen: "one that is"
                )
            )
        }
        return String(decoding: try decryption.open(compact, as: encryption, random: random), as: UTF8.self)
    }

    private func verify(_ object: RequestObject, of client: Client) async throws(JOSEError) {
        let metadata = client.metadata
        guard object.algorithm == metadata.requestObjectAlgorithm ?? object.algorithm else {
            throw JOSEError(
                .algorithm,
                FailedCheck("alg", expected: metadata.requestObjectAlgorithm ?? "any", seen: object.algorithm)
            )
        }
        guard let signed = object.signed else {
            guard !metadata.requiresSignedRequestObject else {
                throw JOSEError(.algorithm, FailedCheck("alg", expected: "a signature", seen: "none"))
            }
            return
        }
        try await keys.verify(signed, by: client.id, with: client.objectCredential(for: signed.algorithm))
    }

    /// What is in both is the same in both (OIDC Core §6.1, RFC 9101 §6.3).
    private static func checkAgreement(
        _ inside: Parameters,
        _ sent: Parameters,
        _ name: ParameterName
    ) throws(OAuthError) {
        guard let value = try inside.optional(name), let other = try sent.optional(name),
            !value.hasSameBytes(as: other)
        else { return }
        throw OAuthError(
            .invalidRequestObject,
            "\(name) is another one in the request object",
            FailedCheck("\(name)", expected: FailedCheck.excerpt(other), seen: FailedCheck.excerpt(value))
        )
    }
}

extension OAuthError.Code {
    /// RFC 9101 §7.
    static let invalidRequestObject = Self("invalid_request_object", status: 400)
    static let invalidRequestURI = Self("invalid_request_uri", status: 400)
}
