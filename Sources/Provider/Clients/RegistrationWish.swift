package import Cryptography
package import JOSE
package import OAuth

/// What an application asks to be registered as, or an operator's file says of it, found possible.
package struct RegistrationWish {
    /// nil where it has none.
    package let name: String?
    package let method: ClientAuthenticationMethod
    package let grants: Set<GrantType>
    package let scope: Scope
    /// The keys that its assertions are signed with, or where they are; nil for another method.
    package let keys: Client.Credential?
    package let metadata: ClientMetadata

    /// What the server lets clients be registered for.
    package struct Possible: Sendable {
        let scope: Scope
        /// What ID tokens and userinfo may be signed with.
        let signing: [SignatureAlgorithm]
        /// What request objects may be encrypted by.
        let decryption: [JWEAlgorithm]
        let types: Set<ResponseType>
        /// Whether it is the operator who asks, not a stranger.
        let isOperator: Bool

        /// A stranger's client is one that people take part in.
        package var grants: Set<GrantType> {
            Set(types.map(\.grant)).union(isOperator ? [.refreshToken, .clientCredentials] : [.refreshToken])
        }

        /// The scope of a client that asks for none by name: a stranger's signs people in (OIDC Core §5.4) and does nothing for them.
        var unasked: Scope {
            guard !isOperator else { return scope }
            let signIn = ["openid", "profile", "email", "address", "phone", "offline_access"]
            return Scope(tokens: scope.tokens.filter(signIn.contains))
        }

        package init(
            scope: Scope,
            signing: [SignatureAlgorithm],
            decryption: [JWEAlgorithm] = JWEAlgorithm.allCases,
            types: [ResponseType] = [.code],
            isOperator: Bool = false
        ) {
            (self.scope, self.signing, self.decryption) = (scope, signing, decryption)
            (self.types, self.isOperator) = (Set(types), isOperator)
        }
    }

    /// Reads the body of a registration. Throws the errors of RFC 7591 §3.2.2, each of which names its member.
    package init(_ json: JSONObject, _ possible: Possible) throws(OAuthError) {
        let reader = MetadataReader(json)
        try Self.refuseUnsupported(reader)
        let method = try Self.method(reader)
        var metadata = try Self.metadata(json, reader, possible, method)
        grants = try Self.grants(reader, possible, metadata.responseTypes)
        let sendsPeople = !grants.isDisjoint(with: ResponseType.grants)
        guard !metadata.redirectURIs.isEmpty || !sendsPeople else {
            throw MetadataReader.refused("redirect_uris", "one URI at least", seen: "none", code: .invalidRedirectURI)
        }
        let given = metadata.keys
        // What is kept as its credential is not kept again, but where other keys than those for signatures are wanted.
        if method == .privateKeyJWT, metadata.idTokenEncryption == nil, metadata.userinfoEncryption == nil {
            metadata.keys = nil
        }
        (self.method, self.metadata) = (method, metadata)
        name = try reader.line("client_name").flatMap { $0.isEmpty ? nil : $0 }
        scope = try Self.scope(reader, possible)
        keys = method == .privateKeyJWT ? try Self.credential(given) : nil
    }

    func client(_ id: Client.ID, _ credential: Client.Credential) -> Client {
        var client = Client(
            id: id,
            name: name ?? id.description,
            authentication: method,
            credential: credential,
            scope: scope
        )
        client.grants = grants
        client.metadata = metadata
        return client
    }

    /// Members whose feature is not there: a client that relies on one is told, not served otherwise than it asked.
    private static func refuseUnsupported(_ reader: MetadataReader) throws(OAuthError) {
        guard reader.value("software_statement") == nil else {
            throw MetadataReader.refused(
                "software_statement",
                "left out: the server trusts nobody's",
                code: .unapprovedSoftwareStatement
            )
        }
        let names: [ParameterName] = [
            "authorization_signed_response_alg", "authorization_encrypted_response_alg",
            "authorization_encrypted_response_enc", "introspection_signed_response_alg",
            "introspection_encrypted_response_alg", "introspection_encrypted_response_enc",
            "dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens",
        ]
        for name in names { try reader.refuse(name) }
    }

    private static func method(_ reader: MetadataReader) throws(OAuthError) -> ClientAuthenticationMethod {
        let name = try reader.choice(
            "token_endpoint_auth_method",
            ClientAuthenticationMethod.allCases.map(\.rawValue),
            "one of token_endpoint_auth_methods_supported"
        )
        return name.flatMap(ClientAuthenticationMethod.init(rawValue:)) ?? .clientSecretBasic
    }

    private static func metadata(
        _ json: JSONObject,
        _ reader: MetadataReader,
        _ possible: Possible,
        _ method: ClientAuthenticationMethod
    ) throws(OAuthError) -> ClientMetadata {
        var metadata = try ClientMetadata(json: json)
        // RS256 is the default of the specification (OIDC Registration §2); a server without such a key signs with what it has.
        if reader.value("id_token_signed_response_alg") == nil, !possible.signing.contains(.rs256) {
            metadata.idTokenAlgorithm = .es256
        }
        let wanted: [(ParameterName, SignatureAlgorithm?)] = [
            ("id_token_signed_response_alg", metadata.idTokenAlgorithm),
            ("userinfo_signed_response_alg", metadata.userinfoAlgorithm),
        ]
        for (name, algorithm) in wanted {
            guard let algorithm, !possible.signing.contains(algorithm) else { continue }
            throw MetadataReader.refused(name, "an algorithm that this server signs with", seen: algorithm.rawValue)
        }
        try checkAssertionAlgorithm(metadata, method)
        try checkObjectAlgorithm(metadata, method)
        try checkEncryption(metadata, possible)
        try checkFrontChannel(metadata)
        try checkImplicit(metadata)
        try checkSector(metadata)
        return metadata
    }

    /// The algorithm is one of the method.
    private static func checkAssertionAlgorithm(
        _ metadata: ClientMetadata,
        _ method: ClientAuthenticationMethod
    ) throws(OAuthError) {
        guard let algorithm = metadata.assertionAlgorithm, method.usesAssertion else { return }
        let isOfSecret = algorithm == ClientMetadata.sharedSecretAlgorithm
        guard isOfSecret == (method == .clientSecretJWT) else {
            throw MetadataReader.refused(
                "token_endpoint_auth_signing_alg",
                "HS256 for client_secret_jwt, and an algorithm of public keys for private_key_jwt",
                seen: algorithm
            )
        }
    }

    /// What request objects are signed with has to be there; a secret of which only the digest is kept signs nothing.
    private static func checkObjectAlgorithm(
        _ metadata: ClientMetadata,
        _ method: ClientAuthenticationMethod
    ) throws(OAuthError) {
        let algorithm = metadata.requestObjectAlgorithm
        switch algorithm {
        case nil, ClientMetadata.unsigned?: break
        case ClientMetadata.sharedSecretAlgorithm?:
            guard method != .clientSecretJWT else { break }
            throw MetadataReader.refused(
                "request_object_signing_alg",
                "of public keys: HS256 is for client_secret_jwt, as of other secrets only a digest is kept",
                seen: method.rawValue
            )
        case _?:
            guard metadata.keys == nil else { break }
            throw MetadataReader.refused("request_object_signing_alg", "beside jwks or jwks_uri", seen: "no keys")
        }
        guard metadata.requiresSignedRequestObject else { return }
        let signs = metadata.keys != nil || method == .clientSecretJWT
        guard signs, algorithm != ClientMetadata.unsigned else {
            throw MetadataReader.refused(
                "require_signed_request_object",
                "beside keys, and no request_object_signing_alg of none"
            )
        }
    }

    /// What is encrypted for a client has a key there, as far as can be seen; what it encrypts has one here.
    private static func checkEncryption(_ metadata: ClientMetadata, _ possible: Possible) throws(OAuthError) {
        let wanted: [(ParameterName, TokenEncryption?)] = [
            ("id_token_encrypted_response_alg", metadata.idTokenEncryption),
            ("userinfo_encrypted_response_alg", metadata.userinfoEncryption),
        ]
        for case (let name, let encryption?) in wanted {
            switch metadata.keys {
            case .published: continue
            case .registered(let keys) where keys.recipient(for: encryption.algorithm) != nil: continue
            case .registered, nil:
                throw MetadataReader.refused(name, "one that a key of jwks is for", seen: "no such key")
            }
        }
        guard let encryption = metadata.requestObjectEncryption else { return }
        guard possible.decryption.contains(encryption.algorithm) else {
            throw MetadataReader.refused(
                "request_object_encryption_alg",
                "one that a key of this server is for",
                seen: encryption.algorithm.rawValue
            )
        }
    }

    /// Front-Channel Logout §2: scheme, host and port are those of a redirect URI.
    private static func checkFrontChannel(_ metadata: ClientMetadata) throws(OAuthError) {
        guard let address = metadata.frontChannelLogoutURI else { return }
        let origin = RedirectURI.origin(of: address.description)
        guard metadata.redirectURIs.contains(where: { RedirectURI.origin(of: $0.description) == origin }) else {
            throw MetadataReader.refused(
                "frontchannel_logout_uri",
                "of the scheme, host and port of one of redirect_uris",
                seen: origin
            )
        }
    }

    /// OIDC Registration §2 (`application_type`): what tokens come to by way of a browser is a site, with TLS.
    private static func checkImplicit(_ metadata: ClientMetadata) throws(OAuthError) {
        guard !metadata.isNative, metadata.responseTypes.contains(where: \.isImplicit) else { return }
        let isOfSite: (RedirectURI) -> Bool = { $0.description.hasPrefix("https:") && !$0.isOfThisMachine }
        guard let other = metadata.redirectURIs.first(where: { !isOfSite($0) }) else { return }
        throw MetadataReader.refused(
            "redirect_uris",
            "https URIs of hosts other than localhost, for a web application that is given tokens at once",
            seen: other.description,
            code: .invalidRedirectURI
        )
    }

    /// OIDC Core §8.1: without a list of all redirect URIs of the sector they have one host.
    private static func checkSector(_ metadata: ClientMetadata) throws(OAuthError) {
        guard metadata.isPairwise, metadata.sectorIdentifierURI == nil else { return }
        let hosts = Set(metadata.redirectURIs.map { $0.host?.lowercased() })
        guard hosts.count == 1, metadata.sector != nil else {
            throw MetadataReader.refused(
                "sector_identifier_uri",
                "the URL of a list of redirect_uris, for they have several hosts or none"
            )
        }
    }

    /// What is asked for beyond what there is, is left out, and the answer says so (RFC 7591 §2). Throws where nothing is left, and where
    /// the grants are not those of the response types `types` (§2.1).
    private static func grants(
        _ reader: MetadataReader,
        _ possible: Possible,
        _ types: Set<ResponseType>
    ) throws(OAuthError) -> Set<GrantType> {
        guard types.isSubset(of: possible.types) else {
            throw MetadataReader.refused(
                "response_types",
                "of response_types_supported",
                seen: "\(ResponseType.names(types))"
            )
        }
        let named = try reader.strings("grant_types").map { GrantType($0) }
        let grants = named.isEmpty ? [.authorizationCode] : possible.grants.intersection(named)
        let needed = Set(types.map(\.grant))
        // A program of the operator's that acts for itself alone asks the endpoint for nothing.
        if possible.isOperator, !grants.isEmpty, grants.isDisjoint(with: ResponseType.grants),
            needed == [.authorizationCode]
        {
            return grants
        }
        for grant in [GrantType.authorizationCode, .implicit] where needed.contains(grant) && !grants.contains(grant) {
            throw MetadataReader.refused(
                "grant_types",
                grant == .implicit
                    ? "an array with implicit, for these response_types" : "an array with authorization_code",
                seen: "\(named)"
            )
        }
        guard needed.contains(.authorizationCode) || !grants.contains(.authorizationCode) else {
            throw MetadataReader.refused(
                "grant_types",
                "without authorization_code, as response_types are without code",
                seen: "\(named)"
            )
        }
        return needed.contains(.implicit) ? grants : grants.subtracting([.implicit])
    }

    private static func scope(_ reader: MetadataReader, _ possible: Possible) throws(OAuthError) -> Scope {
        guard let text = try reader.text("scope"), !text.isEmpty else { return possible.unasked }
        guard let scope = try? Scope(text).narrowed(to: possible.scope), !scope.isEmpty else {
            throw MetadataReader.refused("scope", "some of scopes_supported, each after one space", seen: text)
        }
        return scope
    }

    /// What a client proves itself with that signs its assertions.
    private static func credential(_ given: ClientKeySource?) throws(OAuthError) -> Client.Credential {
        switch given {
        case .published(let url): return .publishedKeys(url)
        case .registered(let keys) where !keys.signing.keys.isEmpty: return .keys(keys.signing)
        case .registered, nil:
            throw MetadataReader.refused("jwks", "the public keys of a client that signs its assertions")
        }
    }
}
