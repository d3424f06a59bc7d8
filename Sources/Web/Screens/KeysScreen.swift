import Accounts
import Cryptography
import HTTPTypes
import JOSE
import OAuth
import Pages
import Provider

/// The public keys of an account.
struct KeysScreen: Sendable {
    let desk: FrontDesk
    let removal: KeyRemoval

    var routes: [Route] {
        [
            desk.route(.get, "/account/keys") {
                let visitor = try await desk.visitor(reading: $0.endpointRequest)
                return page($0.endpointRequest, visitor)
            },
            desk.route(.post, "/account/keys/remove") { try await remove($0.endpointRequest) },
        ]
    }

    private func page(_ request: EndpointRequest, _ visitor: Visitor, problem: FormProblem? = nil) -> Reply {
        let rows = visitor.account.keys.map { key in
            Page.KeyRow(thumbprint: key.thumbprint, kind: Self.kind(of: key))
        }
        return desk.page(.keys(rows), for: request, visitor, problem: problem)
    }

    private func remove(_ request: EndpointRequest) async throws -> Reply {
        let (visitor, form) = try await desk.form(request, in: .keys)
        let thumbprint = try form.optional("key") ?? ""
        switch try await removal.remove(thumbprint, from: visitor.account.id) {
        case .removed: return desk.redirect(to: "/account/keys", .keyRemoved)
        case .unknown:
            let problem = FormProblem(
                .notFound,
                Text(.noSuchKey),
                failed: FailedCheck("key", expected: "one of the account's own", seen: "none such")
            )
            return page(request, visitor, problem: problem)
        case .lastCredential:
            let problem = FormProblem(
                .conflict,
                Text(.onlyKey),
                failed: FailedCheck("key", expected: "another credential beside it", seen: "none")
            )
            return page(request, visitor, problem: problem)
        }
    }

    private static func kind(of key: AccountKey) -> Text {
        let meant = try? RegisteredKey.all(in: key.registeredForm).first { $0.thumbprint == key.thumbprint }
        return switch meant?.jwk.key.kind {
        case .ec(.p256): .verbatim("P-256")
        case .ec(.p384): .verbatim("P-384")
        case .ec(.p521): .verbatim("P-521")
        case .ec(.secp256k1): .verbatim("secp256k1")
        default: Text(.unknown)
        }
    }
}
