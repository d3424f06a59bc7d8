import JOSE
import OAuth

/// The pictures that clients have at their `logo_uri` (OIDC Registration §2), fetched by the server: nobody's browser tells a client's
/// host that somebody is about to sign in.
package final class ClientLogos: Sendable {
    /// A picture, of at most 64 KiB.
    package struct Logo: Sendable, Equatable {
        package let bytes: [UInt8]
        package let mediaType: String

        /// nil when `bytes` are no PNG, JPEG, GIF, WebP or SVG: what its host calls it is not believed.
        init?(_ bytes: [UInt8]) {
            guard let mediaType = Self.mediaType(of: bytes) else { return nil }
            (self.bytes, self.mediaType) = (bytes, mediaType)
        }

        private static func mediaType(of bytes: [UInt8]) -> String? {
            if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
            if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
            if bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8) { return "image/gif" }
            if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) { return "image/webp" }
            let text = bytes.drop { [0x09, 0x0A, 0x0D, 0x20].contains($0) }
            guard text.starts(with: "<svg".utf8) || text.starts(with: "<?xml".utf8) else { return nil }
            return bytes.firstRange(of: Array("<svg".utf8)) == nil ? nil : "image/svg+xml"
        }
    }

    private struct Known: Sendable {
        let logo: Logo?
        let fetchedAt: Timestamp
    }

    /// For how long a picture, or that there is none, is remembered, in seconds.
    package static let freshness: Int64 = 3600
    private static let pause: Int64 = 60
    /// The most pictures that are remembered; 4 MiB of them.
    private static let capacity = 64

    private let clients: any ClientStore
    private let fetches: ClientFetches
    private let now: @Sendable () -> Timestamp
    private let known = BoundedCache<WebAddress, Known>(capacity: capacity)

    init(_ dependencies: Dependencies) {
        clients = dependencies.clients
        fetches = ClientFetches(dependencies.documents)
        now = dependencies.now
    }

    /// The picture of the registered client `id`; nil when there is no such client, or none that can be had. Throws what the store throws.
    package func logo(of id: Client.ID) async throws -> Logo? {
        guard let url = try await clients.client(id)?.metadata.logo else { return nil }
        if let known = known[url] {
            let age = now().seconds - known.fetchedAt.seconds
            if (0..<(known.logo == nil ? Self.pause : Self.freshness)).contains(age) { return known.logo }
        }
        guard let outcome = await fetches.outcome(url, of: id) else { return nil }
        let logo = (try? outcome.get()).flatMap(Logo.init)
        known[url] = Known(logo: logo, fetchedAt: now())
        return logo
    }
}
