import JOSE
import OAuth

/// Which claims about a person a client is told (OIDC Core §5.1, §5.4, §5.5).
package enum StandardClaims {
    /// What each scope releases.
    private static let byScope: [(scope: String, names: [String])] = [
        (
            "profile",
            [
                "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
                "picture",
                "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
            ]
        ),
        ("email", ["email", "email_verified"]), ("address", ["address"]),
        ("phone", ["phone_number", "phone_number_verified"]),
    ]

    /// Every claim that there is, besides `sub`.
    static let names = byScope.flatMap(\.names)

    /// As the API document shows them; every one may be missing.
    static let schema = JSONSchema.object(
        [
            "name": .text(1...Int.max), "family_name": .text(), "given_name": .text(), "middle_name": .text(),
            "nickname": .text(), "preferred_username": .text(), "profile": .url, "picture": .url, "website": .url,
            "gender": .text(), "birthdate": .text(), "zoneinfo": .text(), "locale": .text(), "updated_at": .integer(),
            "email": .text(format: "email"), "email_verified": .boolean, "phone_number": .text(),
            "phone_number_verified": .boolean, "address": .map(of: .text()),
        ],
        optional: Set(names)
    )

    /// The claims of `subject` that `scope` releases or `requested` names; those that the account does not have are left out.
    static func released(of subject: Subject, scope: Scope, requested: Set<String> = []) -> JSONObject {
        var released = JSONObject()
        for (token, names) in byScope {
            for name in names where scope.contains(token) || requested.contains(name) {
                released[name] = value(of: name, for: subject)
            }
        }
        return released
    }

    private static func value(of name: String, for subject: Subject) -> JSON? {
        switch name {
        case "name": .string(subject.name)
        case "email": subject.email.map { .string($0) }
        case "email_verified": subject.email == nil ? nil : .bool(subject.isEmailVerified)
        case "preferred_username": subject.username.map { .string($0) }
        case "updated_at": .integer(subject.updatedAt.seconds)
        case "phone_number_verified": subject.claims["phone_number"] == nil ? nil : false
        default: subject.claims[name]
        }
    }
}
