import OAuth

extension ClientAuthentication {
    /// The parameters by which a client proves itself in the body; none of them beside HTTP Basic, but `client_id`.
    static func members(_ value: JSONSchema) -> JSONSchema {
        .input(
            [
                "\(ParameterName.clientID)": value.described("May be left out where something else names the client."),
                "\(ParameterName.clientSecret)": value,
                "\(ParameterName.clientAssertion)": value.described("A JWT that the client signed (RFC 7523 §2.2)."),
                "\(ParameterName.clientAssertionType)": value.described(jwtBearerAssertionType),
                "\(ParameterName.publicKey)": value.described("In place of client_id: the key that signed."),
                "\(ParameterName.challenge)": value.described("The challenge that the assertion carries."),
            ],
            optional: [
                "client_id", "client_secret", "client_assertion", "client_assertion_type", "public_key", "challenge",
            ]
        )
    }
}

extension Operation {
    /// An endpoint where clients authenticate and say something of a token.
    func takingToken() -> Operation {
        taking([
            .form(
                JSONSchema.input(
                    ["token": .text(1...Int.max), "token_type_hint": .text()],
                    optional: ["token_type_hint"]
                )
                .adding(ClientAuthentication.members(.text()))
            )
        ])
        .guarded(by: .client, .none)
    }
}
