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
                "There is no such key. It may be removed already.",
                failed: FailedCheck("key", expected: "one of the account's own", seen: "none such")
            )
            return page(request, visitor, problem: problem)
        case .lastCredential:
            let problem = FormProblem(
                .conflict,
                "This key is the only way into your account, so it stays.",
                failed: FailedCheck("key", expected: "another credential beside it", seen: "none")
            )
            return page(request, visitor, problem: problem)
        }
    }

    private static func kind(of key: AccountKey) -> String {
        let meant = try? RegisteredKey.all(in: key.registeredForm).first { $0.thumbprint == key.thumbprint }
        return switch meant?.jwk.key.kind {
        case .ec(.p256): "P-256"
        case .ec(.p384): "P-384"
        case .ec(.p521): "P-521"
        case .ec(.secp256k1): "secp256k1"
        default: "unknown"
        }
    }
}
