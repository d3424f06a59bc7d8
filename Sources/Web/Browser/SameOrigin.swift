import HTTPTypes
import JOSE
import OAuth
import Provider

/// Refuses writes that a page of another site caused: a browser sends cookies whoever asks, and says who asked (the `Origin`
/// field of the Fetch standard, `Sec-Fetch-Site` of Fetch Metadata). Programs that are no browser send neither.
struct SameOrigin: Sendable {
    private let origin: String
    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!

    init(_ settings: Settings) {
        origin = String(settings.issuer.dropLast(settings.basePath.count))
    }

    /// Throws 403 for a request that came from another origin's page.
    func check(_ request: EndpointRequest) throws(APIRefusal) {
        let site = request.fields[Self.fetchSite]
        for seen in request.fields[values: .origin] where seen != origin {
            // A page with the referrer policy `no-referrer` hides its origin even from itself (Fetch §3.2); the other field,
            // which no script can set, still tells.
            guard seen == "null", site == "same-origin" else { throw Self.foreign("Origin", origin, seen) }
        }
        if request.fields[.origin] == nil, let site, site != "same-origin" && site != "none" {
            throw Self.foreign("Sec-Fetch-Site", "same-origin", site)
        }
    }

    private static func foreign(_ field: String, _ expected: String, _ seen: String) -> APIRefusal {
        APIRefusal(
            .forbidden,
            "The request came from a page of another site; send it from this server's own pages",
            FailedCheck(field, expected: expected, seen: FailedCheck.excerpt(seen))
        )
    }
}
