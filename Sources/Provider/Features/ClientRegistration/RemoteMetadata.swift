import JOSE
import OAuth

/// Checks what a registration says of other places.
struct RemoteMetadata {
    let documents: any RemoteDocuments

    /// Throws `invalid_client_metadata` for an address that this server would never call, and for a sector whose list does not hold
    /// the redirect URIs (OIDC Registration §5).
    func check(_ wish: RegistrationWish) async throws(OAuthError) {
        var called: [(ParameterName, WebAddress?)] = [
            ("backchannel_logout_uri", wish.metadata.backChannelLogoutURI),
            ("sector_identifier_uri", wish.metadata.sectorIdentifierURI),
        ]
        if case .publishedKeys(let url) = wish.keys { called.append(("jwks_uri", url)) }
        if case .published(let url) = wish.metadata.keys { called.append(("jwks_uri", url)) }
        called += wish.metadata.requestURIs.map { ("request_uris", WebAddress(withoutFragment: $0)) }
        for (name, url) in called {
            guard let url, !documents.mayReach(url) else { continue }
            throw MetadataReader.refused(name, "on a host of the public internet", seen: url.description)
        }
        try await checkSector(wish.metadata)
    }

    private func checkSector(_ metadata: ClientMetadata) async throws(OAuthError) {
        guard let url = metadata.sectorIdentifierURI else { return }
        let listed: Set<String>
        do {
            guard let uris = try JSON.parse(try await documents.get(url)).stringsValue else {
                throw RemoteDocumentError("no array of strings")
            }
            listed = Set(uris)
        } catch {
            // One answer for everything: who registers learns nothing of hosts that it cannot reach itself.
            throw Self.refused(seen: (error as? RemoteDocumentError)?.reason ?? "\(error)")
        }
        guard metadata.redirectURIs.allSatisfy({ listed.contains($0.description) }) else {
            throw Self.refused(seen: "a list without one of redirect_uris")
        }
    }

    private static func refused(seen: String) -> OAuthError {
        MetadataReader.refused("sector_identifier_uri", "the URL of a JSON array with all of redirect_uris", seen: seen)
    }
}
