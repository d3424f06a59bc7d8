/// The extensions that every server has: add yours here.
enum StandardFeatures {
    static func all(_ dependencies: Dependencies, _ spine: Provider.Spine) -> [any Feature] {
        [
            ClientCredentials(),
            AttestationChallenge(spine.challenges, settings: dependencies.settings),
            AuthorizationCodeFlow(dependencies),
            RefreshTokens(dependencies),
            Logout(dependencies),
            ClientRegistration(dependencies),
            UserInfo(dependencies, encryption: spine.encryption, guard: spine.bearer),
            TokenIntrospection(authentication: spine.authentication, tokens: spine.tokens),
            PushedAuthorization(dependencies, authentication: spine.authentication, checks: spine.checks),
            TokenRevocation(dependencies, authentication: spine.authentication, tokens: spine.tokens),
        ]
    }
}
