import JOSE

/// One difference between a file and the database.
struct DeclarationChange: Sendable {
    enum Action: String, Sendable {
        case add, change, remove
        /// A setting that only its operator can change.
        case set
    }

    /// A member that differs.
    struct Member: Sendable {
        let name: String
        /// nil where the database has none.
        let stored: JSON?
        /// nil where the file has none.
        let wanted: JSON?
        /// Whether its value is never shown.
        var isSecret = false
    }

    let action: Action
    /// `client`, `resource`, `scope` or `setting`.
    let kind: String
    let name: String
    var members: [Member] = []

    /// The members of `wanted` and `stored` that differ.
    static func members(_ stored: JSONObject, _ wanted: JSONObject, secret: String? = nil) -> [Member] {
        let names = stored.names + wanted.names.filter { stored[$0] == nil }
        return names.filter { stored[$0] != wanted[$0] }.map {
            Member(name: $0, stored: stored[$0], wanted: wanted[$0], isSecret: $0 == secret)
        }
    }

    var json: JSON {
        [
            "action": .string(action.rawValue), "kind": .string(kind), "name": .string(name),
            "members": .array(
                members.map { member in
                    guard !member.isSecret else { return ["name": .string(member.name), "secret": true] }
                    return [
                        "name": .string(member.name), "database": member.stored ?? .null,
                        "file": member.wanted ?? .null,
                    ]
                }
            ),
        ]
    }
}
