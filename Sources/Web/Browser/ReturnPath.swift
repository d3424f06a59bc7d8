import OAuth

/// Where a browser goes after sign-in: one of the server's own pages, or on with the request of an application, below the issuer's
/// path. Whatever could be read as another host, by whatever reading, is none.
struct ReturnPath: Sendable, Equatable {
    let description: String

    /// The page that applications send people to.
    static let authorize = "/authorize"

    /// In bytes.
    private static let limit = 512
    private static let roots = ["/account", "/admin"]
    /// In bytes; requests of applications are long.
    static let requestLimit = 8192
    /// The characters of a query (RFC 3986 §3.4).
    static let requestCharacters = queryCharacters.union(":/?!$'()*,;".utf8)
    static let pathCharacters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/".utf8)
    private static let queryCharacters = pathCharacters.union("=&.~%+@".utf8)

    /// nil when `text` leads to no page of ours.
    init?(_ text: String) {
        let start = Self.authorize + "?"
        if text.hasPrefix(start) {
            self.init(request: String(text.dropFirst(start.count)))
        } else {
            self.init(page: text)
        }
    }

    private init?(page text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.limit, let path = parts.first,
            path.allSatisfy(Self.pathCharacters.contains), !text.contains("//"),
            parts.dropFirst().allSatisfy({ $0.allSatisfy(Self.queryCharacters.contains) }),
            Self.roots.contains(where: { path.elementsEqual($0.utf8) || path.starts(with: "\($0)/".utf8) })
        else { return nil }
        description = text
    }

    /// The request of an application, which comes again after sign-in. nil when `query` is too long, or none.
    init?(request query: String) {
        guard query.utf8.count <= Self.requestLimit, query.utf8.allSatisfy(Self.requestCharacters.contains) else {
            return nil
        }
        description = "\(Self.authorize)?\(query)"
    }

    /// The query of an application's request, where that is the way to go.
    var request: String? {
        let start = Self.authorize + "?"
        return description.hasPrefix(start) ? String(description.dropFirst(start.count)) : nil
    }

    /// The page that was asked for, without what it said of an earlier request.
    init?(path: Substring, query: String) {
        let kept = query.split(separator: "&").filter { !$0.hasPrefix("done=") }.joined(separator: "&")
        self.init(kept.isEmpty ? String(path) : "\(path)?\(kept)")
    }

    /// The query that carries it to the sign-in page.
    var query: String { "return=" + QueryText.encode(description) }
}
