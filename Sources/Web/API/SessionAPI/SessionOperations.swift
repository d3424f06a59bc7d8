import JOSE
import Provider

extension Face {
    /// The session API.
    static let sessions = Face(
        "Sessions",
        "The session API: registration by mail, and sign-in that a cookie holds.",
        refusal: JSONSchema.object(["message": .text(1...400)]).named("SessionError")
    )
}

extension Credential {
    /// The cookie that a login sets.
    static let sessionCookie = cookie("session_uuid", "A PASETO v4.local token that leads to a session.")
}

/// What the API document says of the session face.
enum SessionOperations {
    static let health = Operation("checkHealth", "Whether the server answers at all.", of: .sessions)
        .answering("It does.", .sentence("message"))

    static let login = Operation("logIn", "Begins a session, held by a cookie.", of: .sessions)
        .taking(
            .input(
                ["email": .email, "password": .text(), "rememberMe": JSONSchema.boolean.orNull],
                optional: ["rememberMe"]
            )
        )
        .answering(
            "Logged in; or there was a session already, and no cookie comes.",
            .any(of: person, .sentence("message")),
            fields: [cookie]
        )
        .refusing(403, "The request came from a page of another site.")
        .refusing(404, "No account with this address and password, or one that is not activated.")
        .limited("Too many failures.")

    static let verify = Operation("verifySession", "Who is logged in; renews a remembered session.", of: .sessions)
        .guarded(by: .sessionCookie)
        .answering("The session lives.", person, fields: [cookie])
        .refusing(400, "There is no session cookie.")
        .refusing(401, "The session is over; the cookie is taken away.", fields: [.setCookie])

    static let logout = Operation("logOut", "Ends the session.", of: .sessions)
        .guarded(by: .sessionCookie)
        .answering("It is over, also when it was before.", .sentence("message"), fields: [.setCookie])
        .refusing(400, "There is no session cookie.")
        .refusing(403, "The request came from a page of another site.")

    static let register = Operation("registerPerson", "Files an account that waits for its activation.", of: .sessions)
        .guarded(by: .none, .sessionCookie, .bearer(scope: "openid"))
        .taking(
            .input(
                [
                    "email": .email, "password": .text(8...128), "name": .personName, "username": .username,
                    "client": client.orNull, "employee": employee.orNull,
                    "admin": JSONSchema.object([:]).described("Needs an administrator's credential.").orNull,
                ],
                optional: ["client", "employee", "admin"]
            )
        )
        .answering("The mail with the link is on its way.", .sentence("message"))
        .refusing(403, "admin without an administrator's word, or a page of another site.")
        .refusing(409, "The address or the username is taken.")
        .limited("Too many registrations or mails.")

    static let activate = Operation("activateAccount", "Follows the link of the mail.", of: .sessions)
        .query("token", .text())
        .answering("The account may sign in.", .sentence("message"))
        .answeringNothing(303, "The link does not work; a page says so.", fields: [.location])

    private static let cookie = Operation.Field(
        "Set-Cookie",
        "The session cookie, where a session began.",
        isRequired: false
    )
    private static let person = JSONSchema.object(["email": JSONSchema.email.orNull, "name": .text()]).named("Person")
    private static let client = part(["interests": .array(of: .text(1...64), 0...64)])
    private static let employee = part(["schedule": .array(of: shift, 0...366)])
    private static let shift = JSONSchema.object([
        "enterDate": .text(format: "date-time"), "exitDate": .text(format: "date-time"), "store": objectID,
        "storeJob": objectID,
    ])
    private static let objectID = JSONSchema.text(24...24, pattern: "^[0-9A-Fa-f]{24}$")

    private static func part(_ more: KeyValuePairs<String, JSONSchema>) -> JSONSchema {
        JSONSchema.object(["age": .integer(0...150), "gender": .text(1...64), "phoneNum": .text(1...32)])
            .adding(.object(more))
    }
}
