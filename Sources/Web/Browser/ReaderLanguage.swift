import HTTPTypes
import Pages

/// In which language somebody reads: the first that their application asks for, else the one that they chose in this browser, else what the
/// browser prefers (RFC 9110 §12.5.4), else English.
struct ReaderLanguage: Sendable {
    let catalogues: Catalogues

    private static let cookieName = "__Host-martlet-language"
    /// A year, in seconds.
    private static let cookieLifetime: Int64 = 31_536_000
    /// In bytes; what is longer is passed over.
    private static let limit = 1024

    /// `asked` are the tags that an application asked for, the best first (OIDC Core §3.1.2.1, `ui_locales`).
    func catalogue(for fields: HTTPFields, asked: [String] = []) -> Catalogue {
        if let found = catalogues.catalogue(for: asked) { return found }
        if let chosen = RequestCookies(fields)[Self.cookieName], let found = catalogues.catalogue(for: chosen) {
            return found
        }
        return catalogues.catalogue(for: Self.preferred(fields[.acceptLanguage] ?? "")) ?? catalogues.english
    }

    /// The cookie with a choice; nil where there is no such language.
    func cookie(choosing tag: String) -> HTTPField? {
        guard let found = catalogues.all.first(where: { $0.language == tag }) else { return nil }
        return SetCookie(Self.cookieName, found.language, lifetime: Self.cookieLifetime).field
    }

    /// The tags of an `Accept-Language`, the most wanted first; those of one weight in their order. Unwanted ones (`q=0`) and what has
    /// another shape are left out.
    static func preferred(_ field: String) -> [String] {
        guard field.utf8.count <= limit else { return [] }
        let ranges = field.split(separator: ",").compactMap { part -> (tag: String, weight: Double)? in
            let pieces = part.split(separator: ";", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
            guard let tag = pieces.first, !tag.isEmpty, tag.utf8.allSatisfy(isTagByte) else { return nil }
            guard pieces.count > 1 else { return (tag, 1) }
            guard pieces[1].lowercased().hasPrefix("q="), let weight = Double(pieces[1].dropFirst(2)),
                weight > 0, weight <= 1
            else { return nil }
            return (tag, weight)
        }
        // By hand, since a sort need not keep the order of equals.
        return Set(ranges.map(\.weight)).sorted(by: >).flatMap { weight in
            ranges.filter { $0.weight == weight }.map(\.tag)
        }
    }

    private static func isTagByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
