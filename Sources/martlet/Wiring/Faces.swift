import Accounts
import Cryptography
import Pages
import Provider
import Storage
import Web

/// Every route of the server, over one core.
struct Faces {
    let routes: [Route]

    init(
        configuration: ServerConfiguration,
        stores: Stores,
        provider: Provider,
        watchers: VerificationWatchers,
        random: any RandomSource,
        health: [HealthRoute.Check],
        readiness: Readiness
    ) throws {
        var settings = RegistrationSettings(baseURL: configuration.issuer)
        if !configuration.limitsRates {
            settings.mails = nil
            settings.registrationsPerAddress = nil
        }
        let registration = Registration(
            store: stores.registrations,
            settings: settings,
            watchers: watchers,
            random: random,
            now: SystemClock.now
        )
        routes =
            ProviderRoutes.all(of: provider)
            + RegistrationRoutes(
                registration: registration,
                watchers: watchers,
                provider: provider,
                isDevelopment: configuration.isDevelopment
            ).routes
            + Screens(
                renderer: try PageRenderer(base: provider.settings.basePath),
                registration: registration,
                provider: provider
            ).routes
            + [
                HealthRoute(checks: health, version: Martlet.version, readiness: readiness).route(
                    refusals: provider.refusals
                )
            ]
    }
}
