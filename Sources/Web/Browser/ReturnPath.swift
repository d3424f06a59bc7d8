import OAuth

/// Where a browser goes after sign-in: one of the server's own pages, below the issuer's path. Whatever could be read as another
/// host, by whatever reading, is none.
struct ReturnPath: Sendable, Equatable {
    let description: String

    /// In bytes.
    private static let limit = 512
    private static let roots = ["/account", "/admin"]
    static let pathCharacters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/".utf8)
    private static let queryCharacters = pathCharacters.union("=&.~%+@".utf8)

    /// nil when `text` leads to no page of ours.
    init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.limit, let path = parts.first,
            path.allSatisfy(Self.pathCharacters.contains), !text.contains("//"),
            parts.dropFirst().allSatisfy({ $0.allSatisfy(Self.queryCharacters.contains) }),
            Self.roots.contains(where: { path.elementsEqual($0.utf8) || path.starts(with: "\($0)/".utf8) })
        else { return nil }
        description = text
    }

    /// The page that was asked for, without what it said of an earlier request.
    init?(path: Substring, query: String) {
        let kept = query.split(separator: "&").filter { !$0.hasPrefix("done=") }.joined(separator: "&")
        self.init(kept.isEmpty ? String(path) : "\(path)?\(kept)")
    }

    /// The query that carries it to the sign-in page.
    var query: String { "return=" + QueryText.encode(description) }
}
