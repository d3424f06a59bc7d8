import JOSE
import Provider

extension Face {
    /// The REST user management.
    static let users = Face(
        "Users",
        "The user management: signing in with cookies, accounts, their roles and permissions.",
        refusal: JSONSchema.sentence("message").named("UserError")
    )
}

/// What the API document says of the user-management face.
enum UserOperations {
    static let login = Operation("signInWithCookies", "Signs in with a username; sets two cookies.", of: .users)
        .taking(.input(["username": .text(), "password": .text()]))
        .answering("Signed in.", .object(["message": .text(), "user": record]), fields: [.setCookie])
        .refusing(401, "Wrong username or password.")
        .refusing(403, "The request came from another site's page.")
        .limited("Too many failures.")

    static let refresh = Operation("refreshCookies", "Replaces both cookies; a retry gets the same.", of: .users)
        .guarded(by: .cookie("refresh_token", "What /v1/login set; good once."))
        .answering("Replaced.", .sentence("message"), fields: [.setCookie])
        .refusing(401, "No refresh token, or one that is not good; a reused one ends its session.", fields: [challenge])
        .refusing(403, "The request came from another site's page.")

    static let me = guarded("readMe", "The account that is signed in.")
        .answering("The account.", record)

    static let list = guarded("listUsers", "All users, in the order they were made.")
        .query("limit", .integer(1...100))
        .query("after", .uuid)
        .query("search", .text())
        .answering(
            "A page.",
            .array(of: record, 0...100),
            fields: [.init("Link", "The next page (RFC 8288), where there is one.", isRequired: false)]
        )

    static let show = guarded("readUser", "A user.")
        .path("id", .uuid)
        .answering("The user.", record)
        .refusing(404, "There is no such user.")

    static let create = Operation("createUser", "Makes a user; rights need the permission to give them.", of: .users)
        .guarded(by: .none, access, .header("X-Auth-Token", "The one-time key that makes an administrator."))
        .taking(
            .input(
                [
                    "username": .username, "password": .text(8...128), "roles": roles.orNull,
                    "permissions": JSONSchema.array(of: permission).orNull, "blacklisted": JSONSchema.boolean.orNull,
                ],
                optional: ["roles", "permissions", "blacklisted"]
            )
        )
        .answering(201, "Made.", record, fields: [.location])
        .refusing(401, "The access token is not good.", fields: [challenge])
        .refusing(403, "The caller may not give these rights, or the key is wrong or used.")
        .refusing(409, "Somebody has the username.")
        .limited("Too many were made from this network.")

    static let change = guarded("changeUser", "Changes what is sent, all of it or nothing.")
        .path("id", .uuid)
        .taking(
            .input(
                [
                    "username": JSONSchema.username.orNull, "password": JSONSchema.text(8...128).orNull,
                    "roles": roles.orNull, "permissions": JSONSchema.array(of: permission).orNull,
                    "blacklisted": JSONSchema.boolean.orNull,
                ],
                optional: ["username", "password", "roles", "permissions", "blacklisted"]
            )
        )
        .answering(
            "The user as it is now; who changes their own rights gets new cookies.",
            record,
            fields: [.init("Set-Cookie", "New cookies.", isRequired: false)]
        )
        .refusing(404, "There is no such user.")
        .refusing(409, "Somebody has the username, or no administrator would be left.")

    static let delete = guarded("deleteUser", "Deletes a user.")
        .path("id", .uuid)
        .answering("Deleted.", .sentence("message"))
        .refusing(404, "There is no such user.")
        .refusing(409, "No administrator would be left.")

    private static func guarded(_ id: String, _ summary: String) -> Operation {
        Operation(id, summary, of: .users)
            .guarded(by: access)
            .refusing(400, "The request is malformed, or it carries two access tokens.")
            .refusing(401, "No access token, or one that is not good.", fields: [challenge])
            .refusing(403, "The account lacks the permission, or another site's page asked.")
    }

    private static let access = Credential.cookie(
        "access_token",
        "What /v1/login set. It is taken from the Authorization header, too (Bearer)."
    )
    private static let challenge = Operation.Field("WWW-Authenticate", "What was wrong (RFC 6750 §3).")
    private static let roles = JSONSchema.array(of: .one(of: "guest", "admin"), 1...2)

    private static let permission = JSONSchema.input(
        [
            "action": .one(of: "self", "all"), "method": .one(of: "GET", "POST", "PATCH", "DELETE"),
            "resource": .one(of: "users"),
        ],
        optional: ["resource"]
    ).named("Permission")

    private static let record = JSONSchema.object([
        "_id": .uuid,
        "username": JSONSchema.username.orNull,
        "blacklisted": .boolean,
        "roles": .array(of: .one(of: "guest", "admin")),
        "permissions": .array(of: permission),
        "created_at": .time,
        "updated_at": .time,
    ]).named("UserRecord")
}
