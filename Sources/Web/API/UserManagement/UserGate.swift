package import Accounts
import HTTPTypes
import JOSE
import OAuth
package import Provider

/// Who calls the user-management face: an account and the session of its token.
struct UserCaller: Sendable {
    let account: Account
    let session: Session
}

/// The gate of the user-management face: decodes the access token, looks its id up, looks the account up, and asks for a
/// permission (the token-store seed's order).
package struct UserGate: Sendable {
    private let bearer: BearerToken
    private let accounts: any AccountStore
    private let origin: SameOrigin

    package init(provider: Provider, accounts: any AccountStore) {
        bearer = provider.bearer
        self.accounts = accounts
        origin = SameOrigin(provider.settings)
    }

    /// The caller of `request`, by the token in the cookie or the `Authorization` header. Throws RFC 6750's refusals, and 403
    /// for a write that another site's page caused.
    func caller(of request: EndpointRequest, writes: Bool) async throws -> UserCaller {
        if writes { try checkOrigin(of: request) }
        let (verified, subject) = try await bearer.admitAccount(
            request,
            scope: nil,
            algorithms: [UserTokens.algorithm],
            cookie: RequestCookies(request.fields)[UserTokens.accessCookie]
        )
        guard let session = verified.session, let account = try await account(subject.id) else {
            throw bearer.answered(Self.over)
        }
        return UserCaller(account: account, session: session)
    }

    /// Whether the request shows a token at all, good or not.
    func hasToken(_ request: EndpointRequest) -> Bool {
        request.fields[.authorization] != nil || RequestCookies(request.fields)[UserTokens.accessCookie] != nil
    }

    /// Throws 403 for a request that came from another site's page. Who sends the `Authorization` header is no such page: it
    /// could not know the token.
    func checkOrigin(of request: EndpointRequest) throws(APIRefusal) {
        if request.fields[.authorization] == nil { try origin.check(request) }
    }

    /// Throws 403 when the caller has no permission to do `method` to the account `id`, nil for all. Whether there is one of this id
    /// does not matter.
    func check(_ caller: UserCaller, may method: Permission.Method, to id: Account.ID?) throws(OAuthError) {
        guard caller.account.may(method, to: id) else { throw lacking("\(method.rawValue) users") }
    }

    /// Throws 403 when the caller has fewer rights than `account`, another one: it could take them over.
    func check(_ caller: UserCaller, mayGovern account: Account) throws(OAuthError) {
        guard caller.account.id == account.id || caller.account.outranks(account) else {
            throw lacking("every right of the account")
        }
    }

    /// Throws 403 when the caller may not change `account`, or not give or take what `grant` says.
    func check(_ caller: UserCaller, mayRevise account: Account, _ grant: UserGrant) throws(OAuthError) {
        try check(caller, mayGovern: account)
        try check(grant, by: caller.account.may(.patch, to: nil) ? caller.account : nil, for: account)
    }

    /// Throws 403 when `granter` may not give what `grant` says to `account`, nil for a new one. Without a granter nothing may be given.
    func check(_ grant: UserGrant, by granter: Account?, for account: Account? = nil) throws(OAuthError) {
        guard !grant.isEmpty else { return }
        let account = account ?? Account(id: Account.ID(""), name: "", createdAt: Timestamp(seconds: 0))
        guard let granter, grant.isHeld(by: granter, for: account) else { throw lacking("those that are given") }
    }

    /// The refusal of a caller whose permissions do not cover what it asked for (RFC 6750 §3.1).
    private func lacking(_ permission: String) -> OAuthError {
        bearer.answered(
            OAuthError(
                .insufficientScope,
                "the account lacks the permission for this",
                FailedCheck("permission", expected: permission, seen: "none that covers it")
            )
        )
    }

    /// The refusal of a refresh that has no good refresh token; it takes the cookies away where there were some.
    func unrefreshable(_ failed: FailedCheck?) -> OAuthError {
        guard let failed else { return bearer.answered(BearerToken.missing) }
        var error = OAuthError(.invalidToken, "the refresh token is expired or was used; sign in again", failed)
        error.fields = UserTokens.cleared.map { .init($0.name.rawName, $0.value) }
        return bearer.answered(error)
    }

    private func account(_ id: Subject.ID) async throws -> Account? {
        try await accounts.account(.id(Account.ID(id.description)))
    }

    private static let over = OAuthError.unusableToken(
        FailedCheck("account", expected: "one that exists, signed in here", seen: "none")
    )
}
