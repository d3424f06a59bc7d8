package import Accounts
import HTTPTypes
import JOSE
import OAuth
package import Provider

/// The accounts at the user-management face: `/v1/users`.
package struct UserRoutes: Sendable {
    private let accounts: any AccountStore
    private let gate: UserGate
    private let provider: Provider

    package init(accounts: any AccountStore, gate: UserGate, provider: Provider) {
        self.accounts = accounts
        self.gate = gate
        self.provider = provider
    }

    package var routes: [Route] {
        let face = UserFace(provider)
        return [face.route(.get, "/v1/users/me", me)]
    }

    @Sendable private func me(_ request: RouteRequest) async throws -> Reply {
        let caller = try await gate.caller(of: request.endpointRequest, writes: false)
        return .json(.object(caller.account.userRecord))
    }
}
