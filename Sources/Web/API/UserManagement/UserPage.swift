import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Provider

/// The part of all users that a request asks for.
struct UserPage: Sendable {
    let limit: Int
    /// The user that the page comes after.
    let cursor: Account.ID?
    let search: String?

    static let limits = 1...100

    /// Reads `limit`, `after` and `search`. Throws 400.
    init(query: String) throws {
        let query = try Parameters(form: Array(query.utf8))
        let text = try query.optional("limit") ?? "50"
        guard let limit = Int(text), Self.limits.contains(limit) else {
            throw APIRefusal(
                .badRequest,
                "limit must be a number from 1 to 100",
                FailedCheck("limit", expected: "1 to 100", seen: FailedCheck.excerpt(text))
            )
        }
        let after = try query.optional("after")
        if let after, UUIDv4(after) == nil {
            throw APIRefusal(
                .badRequest,
                "after must be the _id of a user",
                FailedCheck("after", expected: "an id", seen: FailedCheck.excerpt(after))
            )
        }
        self.limit = limit
        cursor = after.map { Account.ID($0) }
        search = try query.optional("search")
    }

    /// The `Link` field that leads to the next page (RFC 8288 §3).
    func link(after last: Account.ID, at url: String) -> String {
        let sought = search.map { "&search=" + PercentEncoding.encode($0) } ?? ""
        return "<\(url)?limit=\(limit)&after=\(last)\(sought)>; rel=\"next\""
    }
}
