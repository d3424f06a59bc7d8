package import Accounts
import HTTPTypes
package import Pages
package import Provider

/// The pages that people see, and what they need to look right.
package struct Screens: Sendable {
    private let renderer: PageRenderer
    private let registration: Registration
    private let confirmation: EmailConfirmation
    private let refusals: Refusals
    private let base: String

    package init(
        renderer: PageRenderer,
        registration: Registration,
        confirmation: EmailConfirmation,
        provider: Provider
    ) {
        self.renderer = renderer
        self.registration = registration
        self.confirmation = confirmation
        refusals = provider.refusals
        base = provider.settings.basePath
    }

    package var routes: [Route] {
        let stylesheet = CachedDocument(text: PageRenderer.stylesheet, contentType: "text/css; charset=utf-8")
        return [
            Route(.get, "\(base)/api/verify/{token}", allowsBrowsers: false, refusal: refusals.reply(to:)) {
                .complete(try await verifyEmail(token: $0.parameters["token"] ?? ""))
            },
            Route(
                .get,
                "\(base)/account/confirm-email/{token}",
                allowsBrowsers: false,
                refusal: refusals.reply(to:)
            ) {
                .complete(try await confirmEmail(token: $0.parameters["token"] ?? ""))
            },
            Route(.get, "\(base)/account/link-not-valid", allowsBrowsers: false, refusal: refusals.reply(to:)) { _ in
                .complete(page(.emailNotVerified))
            },
            Route(.get, "\(base)/oauth/errors", allowsBrowsers: false, refusal: refusals.reply(to:)) { _ in
                .complete(page(.oauthErrors))
            },
            Route(
                .get,
                "\(base)/assets/martlet.css",
                allowsBrowsers: false,
                isPublicDocument: true,
                refusal: refusals.reply(to:)
            ) {
                .complete(stylesheet.reply(to: $0.endpointRequest))
            },
        ]
    }

    private func confirmEmail(token: String) async throws -> Reply {
        if try await confirmation.confirm(token) != nil { return page(.emailVerified) }
        var reply = page(.emailNotVerified, status: .badRequest)
        reply.refusal = .unknownVerification
        return reply
    }

    private func verifyEmail(token: String) async throws -> Reply {
        if try await registration.verify(token) != nil { return page(.emailVerified) }
        var reply = page(.emailNotVerified, status: .badRequest)
        reply.refusal = .unknownVerification
        return reply
    }

    private func page(_ page: Page, status: HTTPResponse.Status = .ok) -> Reply {
        Reply(
            status,
            fields: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: Array(renderer.html(page).utf8)
        )
    }
}
