package import Accounts
import HTTPTypes
import JOSE
import OAuth
package import Provider

/// Registration by email and key: `/api/send-verification`, `/api/verification-status`, `/api/register`.
package struct RegistrationRoutes: Sendable {
    private let registration: Registration
    private let watchers: VerificationWatchers
    private let refusals: Refusals
    private let base: String
    /// Whether the verification link is told to the asker, and an address of this machine taken for a person's.
    private let isDevelopment: Bool

    package init(
        registration: Registration,
        watchers: VerificationWatchers,
        provider: Provider,
        isDevelopment: Bool
    ) {
        self.registration = registration
        self.watchers = watchers
        refusals = provider.refusals
        base = provider.settings.basePath
        self.isDevelopment = isDevelopment
    }

    package var routes: [Route] {
        let shape = APIRefusals(refusals: refusals) { ["success": false, "message": $0] }
        let registering = APIRefusals(refusals: refusals) { ["success": false, "message": $0, "user_id": .null] }
        return [
            Route(
                .post,
                "\(base)/api/send-verification",
                operation: RegistrationOperations.sendVerification(isDevelopment: isDevelopment),
                refusal: shape.reply(to:)
            ) {
                .complete(try await sendVerification($0.endpointRequest))
            },
            Route(
                .get,
                "\(base)/api/verification-status/{email}",
                operation: RegistrationOperations.verificationStatus,
                refusal: shape.reply(to:)
            ) {
                try await verificationStatus($0)
            },
            Route(
                .post,
                "\(base)/api/register",
                operation: RegistrationOperations.register,
                refusal: registering.reply(to:)
            ) {
                .complete(try await register($0))
            },
        ]
    }

    private func sendVerification(_ request: EndpointRequest) async throws -> Reply {
        let body = try JSONBody(request)
        let email = try Self.email(body.required("email"))
        let asked = try await registration.ask(email, from: request.clientNetwork)
        var reply: JSONObject = [
            "success": true,
            "message": "Verification email sent",
            "registration_token": .string(asked.registrationToken),
        ]
        if isDevelopment { reply["verification_url"] = .string(asked.verificationURL) }
        return .json(.object(reply))
    }

    private func verificationStatus(_ request: RouteRequest) async throws -> RouteReply {
        let email = try Self.email(request.parameters["email"] ?? "")
        // Watched before it is looked up, so that nothing falls between.
        let signals = watchers.watch(email)
        let isVerified = try await registration.isVerified(email)
        guard !isVerified else { return EventStream<VerificationWatchers.Signal>.ended(with: "verified") }
        return EventStream(signals: signals, connection: request.connection).reply { signal in
            signal == .verified ? EventStream<Never>.event(Array("verified".utf8)) : EventStream<Never>.comment
        }
    }

    private func register(_ request: RouteRequest) async throws -> Reply {
        let body = try JSONBody(request.endpointRequest)
        let email = try Self.email(body.required("email"))
        let name = try body.name()
        let keys = try Self.keys(body)
        let registrationToken = try body.optional("registration_token")
        // Without a token the asker is known by the address alone, and here that is one for everybody.
        guard registrationToken != nil || isDevelopment || !request.isAddressShared else {
            throw Self.notVerified(seen: "no registration_token, from an address that many share")
        }
        do {
            let id = try await registration.register(
                email: email,
                name: name,
                keys: keys,
                registrationToken: registrationToken,
                from: request.endpointRequest.clientNetwork
            )
            return .json([
                "success": true, "message": "Registration completed successfully", "user_id": .string("\(id)"),
            ])
        } catch RegistrationError.notVerified {
            throw Self.notVerified(seen: "none for this caller")
        } catch RegistrationError.emailTaken {
            throw APIRefusal(
                .conflict,
                "Email already registered",
                FailedCheck("email", expected: "a new one", seen: "a known one")
            )
        } catch RegistrationError.keyTaken {
            throw APIRefusal(
                .conflict,
                "Public key already registered",
                FailedCheck("public_key", expected: "a new one", seen: "a known one")
            )
        }
    }

    private static func notVerified(seen: String) -> APIRefusal {
        APIRefusal(
            .badRequest,
            "Email not verified",
            FailedCheck("email verification", expected: "done, by the one who asked", seen: seen)
        )
    }

    private static func email(_ text: String) throws(APIRefusal) -> EmailAddress {
        if let email = EmailAddress(text) { return email }
        throw APIRefusal(
            .badRequest,
            "Invalid email format",
            FailedCheck("email", expected: "an address such as user@example.com", seen: FailedCheck.excerpt(text))
        )
    }

    private static func keys(_ body: JSONBody) throws(APIRefusal) -> [AccountKey] {
        let form: String? =
            switch body.value("public_key") {
            case .string(let text): text
            case .object(let jwk): String(decoding: jwk.encoded(), as: UTF8.self)
            default: nil
            }
        guard let form else {
            throw APIRefusal(
                .badRequest,
                "public_key is missing",
                FailedCheck("public_key", expected: "hexadecimal or a JWK", seen: "nothing of either")
            )
        }
        do {
            return try RegisteredKey.all(in: form).map {
                AccountKey(thumbprint: $0.thumbprint, registeredForm: $0.form)
            }
        } catch {
            throw APIRefusal(
                .badRequest,
                "public_key must be a point on P-256 or secp256k1 in hexadecimal, or a JWK",
                error.failed
            )
        }
    }
}
