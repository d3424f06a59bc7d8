import Accounts
import JOSE

extension Account {
    /// Reads the columns of `Connection.accounts`.
    init(_ row: borrowing Row) throws {
        self.init(id: ID(try row.text(0)), name: try row.text(1), createdAt: try row.time(2))
        if let text = try row.optionalText(3) {
            guard let username = Username(text) else { throw DatabaseError.corrupt("a username") }
            self.username = username
        }
        email = row.isNull(4) ? nil : try row.email(4)
        isEmailVerified = try row.boolean(5)
        state = try row.member(6)
        roles = Set(try row.json(7).stringsValue?.compactMap(Role.init(rawValue:)) ?? [])
        permissions = try row.json(8).arrayValue?.compactMap(Permission.init(json:)) ?? []
        profile = ProfileParts(stored: try row.json(9))
        updatedAt = try row.time(10)
        lastSignIn = try row.optionalInteger(11).map(Timestamp.init(milliseconds:))
        isActivated = try row.boolean(12)
        generation = try row.integer(13)
        claims = PersonalClaims(recorded: try row.json(14).objectValue ?? [:])
        if let thumbprint = try row.optionalText(15) {
            keys = [AccountKey(thumbprint: thumbprint, registeredForm: try row.text(16))]
        }
    }

    /// `$1` to `$16`: the id, then what can change.
    var columns: [SQLValue] {
        [
            .text(id.description),
            .optionalText(username?.description), .optionalText(username?.key),
            .optionalText(email?.description), .optionalText(email?.key), .boolean(isEmailVerified),
            .text(name), .text(SearchKey.of(name)), .text(state.rawValue),
            .json(.strings(roles.map(\.rawValue).sorted())), .json(.array(permissions.map(\.json))),
            .json(profile.stored), .time(updatedAt), .optionalInteger(lastSignIn?.milliseconds), .boolean(isActivated),
            .json(.object(claims.json)),
        ]
    }
}

extension ProfileParts {
    fileprivate init(stored: JSON) {
        let parts = stored.objectValue
        self.init(
            client: parts?["client"]?.objectValue,
            employee: parts?["employee"]?.objectValue,
            admin: parts?["admin"]?.objectValue
        )
    }

    fileprivate var stored: JSON {
        var parts = JSONObject()
        if let client { parts["client"] = .object(client) }
        if let employee { parts["employee"] = .object(employee) }
        if let admin { parts["admin"] = .object(admin) }
        return .object(parts)
    }
}

/// How names are compared when somebody searches.
enum SearchKey {
    static func of(_ text: String) -> String { text.lowercased() }

    /// The least text that begins with `prefix`, and one above all that do.
    static func range(_ prefix: String) -> [SQLValue] {
        let key = of(prefix)
        return [.text(key), .text(key + "\u{10FFFF}")]
    }
}
