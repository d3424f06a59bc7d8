import Provider
import Social

extension Face {
    /// The chat backend.
    static let chat = Face(
        "Chat",
        "The chat backend: signing in with a password, profile, friends, messages.",
        refusal: JSONSchema.object(
            [
                "message": .text(1...400), "error": .text(1...64), "error_description": .text(1...400),
                "error_uri": .url,
            ],
            optional: ["error", "error_description", "error_uri"]
        ).named("ChatError")
    )
}

/// What the API document says of the chat face.
enum ChatOperations {
    static let login = Operation("signIn", "Signs in with a password.", of: .chat)
        .taking(.input(["email": .email, "password": .text()]))
        .answering("Signed in.", .object(["message": .text(), "token": .jwt, "user": user]))
        .refusing(401, "Wrong email address or password.")
        .limited("Too many failures.")

    static let logout = Operation("signOut", "Ends the session of the token.", of: .chat)
        .guarded(by: .bearer(scope: "openid"))
        .answering("Signed out.", .sentence("message"))

    static let profile = Operation("readProfile", "One's own account.", of: .chat)
        .guarded(by: .bearer(scope: "profile"))
        .answering("The account.", user)

    static let updateProfile = Operation("updateProfile", "Changes what is sent, all of it or nothing.", of: .chat)
        .guarded(by: .bearer(scope: "profile:write"))
        .taking(
            .input(["username": .username.orNull, "email": JSONSchema.email.orNull], optional: ["username", "email"])
        )
        .answering("Changed; a new email address is unverified until its link is followed.", .sentence("message"))
        .refusing(409, "Somebody else has it.")
        .limited("Too many mails were asked for.")

    static let addFriend = Operation("addFriend", "Makes two accounts friends.", of: .chat)
        .guarded(by: .bearer(scope: "friends"))
        .taking(.input(["friendId": .uuid]))
        .answering("Friends.", .sentence("message"))
        .refusing(404, "There is no such account.")
        .refusing(409, "They are friends already.")

    static let removeFriend = Operation("removeFriend", "Ends a friendship on both sides.", of: .chat)
        .guarded(by: .bearer(scope: "friends"))
        .taking(.input(["friendId": .uuid]))
        .answering("Friends no longer.", .sentence("message"))
        .refusing(404, "There is no such friend.")

    static let send = Operation("sendMessage", "Sends a message.", of: .chat)
        .guarded(by: .bearer(scope: "chat:write"))
        .taking(.input(["recipientId": .uuid, "message": .text(1...Chat.textLimit, pattern: "\\S")]))
        .answering("Sent.", .sentence("message"))
        .refusing(404, "There is no such account, or it is blocked.")

    static let messages = Operation("readMessages", "One's own messages, newest first.", of: .chat)
        .guarded(by: .bearer(scope: "chat:read"))
        .query("with", JSONSchema.uuid.orEmpty)
        .query("before", JSONSchema.ulid.orEmpty)
        .query("limit", .integer(1...Int64(Chat.pageLimit)))
        .answering(
            "A page, and the cursor of the next one as `before`.",
            .object(["messages": .array(of: message), "next": JSONSchema.ulid.orNull])
        )

    static let events = Operation("followMessages", "A live stream of one's own messages.", of: .chat)
        .guarded(by: .bearer(scope: "chat:read"))
        .answering(200, "Server-sent events; each data line is one message.", .text(), type: "text/event-stream")

    private static let user = JSONSchema.object([
        "id": .uuid,
        "username": .text(1...Int.max),
        "email": JSONSchema.email.orNull,
        "isEmailVerified": .boolean,
        "friends": .array(of: .uuid),
        "chats": .array(of: .uuid),
        "online_status": .one(of: "online", "offline"),
        "last_login": JSONSchema.time.orNull,
    ]).named("User")

    private static let message = JSONSchema.object([
        "id": .ulid, "senderId": .uuid, "recipientId": .uuid, "message": .text(1...Int.max), "sentAt": .time,
        "readAt": JSONSchema.time.orNull,
    ]).named("Message")
}
