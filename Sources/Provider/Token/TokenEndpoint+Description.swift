import JOSE
import OAuth

extension TokenEndpoint {
    /// The request is made of what the installed grants add, so that the document cannot promise another.
    var operation: Operation {
        Operation("makeToken", "An access token for what the request proves (RFC 6749 §3.2).", of: .oauth)
            .guarded(by: .client, .none)
            .taking([.form(request(.text())), .json(request(.text().orNull))])
            .answering("The token.", Self.response)
    }

    private func request(_ value: JSONSchema) -> JSONSchema {
        let installed = grants.values.sorted { $0.type.description < $1.type.description }
        return .any(
            of: installed.map { grant in
                JSONSchema.input(["grant_type": .constant(.string(grant.type.description))])
                    .adding(ClientAuthentication.members(value))
                    .adding(grant.members(value))
                    .adding(Self.resource(value))
            }
        )
    }

    private static func resource(_ value: JSONSchema) -> JSONSchema {
        .input(
            [
                "resource": .any(of: value, .array(of: .text())).described(
                    "What the token is for (RFC 8707); may be given several times."
                )
            ],
            optional: ["resource"]
        )
    }

    private static let response = JSONSchema.object(
        [
            "access_token": .jwt, "token_type": .constant("Bearer"), "expires_in": .integer(1...86_400),
            "scope": .scope,
        ],
        optional: ["scope"]
    ).named("TokenResponse")
}
