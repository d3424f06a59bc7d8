import HTTPTypes
import JOSE
import Provider

/// What the routes of the user-management face have in common: where they are mounted, and `{"message": …}` for every error.
struct UserFace: Sendable {
    private let base: String
    private let refusals: APIRefusals

    init(_ provider: Provider) {
        base = provider.settings.basePath
        refusals = APIRefusals(refusals: provider.refusals) { ["message": $0] }
    }

    /// A route below the issuer. Scripts of other origins may not call it: its cookies are not theirs.
    func route(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ operation: Operation,
        _ respond: @escaping @Sendable (RouteRequest) async throws -> Reply
    ) -> Route {
        Route(method, base + path, allowsBrowsers: false, operation: operation, refusal: refusals.reply(to:)) {
            .complete(try await respond($0))
        }
    }
}
