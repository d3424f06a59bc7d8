import JOSE
import Provider

extension Face {
    /// Registration at the self identity server.
    static let registration = Face(
        "Registration",
        "The self identity server: accounts by email address and key.",
        refusal: JSONSchema.object(
            ["success": .constant(false), "message": .text(1...400), "user_id": .null],
            optional: ["user_id"]
        ).named("RegistrationError")
    )
}

/// What the API document says of registration.
enum RegistrationOperations {
    /// `verification_url` is there in development alone.
    static func sendVerification(isDevelopment: Bool) -> Operation {
        let reply: KeyValuePairs<String, JSONSchema> =
            isDevelopment
            ? [
                "success": .constant(true), "message": .text(), "registration_token": .text(1...200),
                "verification_url": .url,
            ] : ["success": .constant(true), "message": .text(), "registration_token": .text(1...200)]
        return Operation("sendVerification", "Sends a link that proves an email address.", of: .registration)
            .taking(.input(["email": .email]))
            .answering("Sent; the token binds the registration to who asked.", .object(reply))
            .limited("Too many mails to this address.")
    }

    static let verificationStatus = Operation(
        "followVerification",
        "Says `verified` once the link was followed.",
        of: .registration
    )
    .path("email", .email)
    .answering(200, "Server-sent events.", .text(), type: "text/event-stream")

    static let register = Operation("register", "Makes an account of a proven address and a key.", of: .registration)
        .taking(
            .input(
                [
                    "email": .email, "name": .personName, "public_key": .publicKey,
                    "registration_token": JSONSchema.text().orNull,
                ],
                optional: ["registration_token"]
            )
        )
        .answering(
            "Registered.",
            .object(["success": .constant(true), "message": .text(), "user_id": .uuid])
        )
        .refusing(409, "The address or the key is taken.")
        .limited("Too many registrations from this address.")
}
