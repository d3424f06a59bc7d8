import HTTPTypes
import Provider

/// The cookies that lead a browser to its sessions: the one that its pages are of, and those of other accounts that wait beside it.
/// Each is sealed under its own name, so none is taken for another.
package struct SessionCookies: Sendable {
    /// The session that the pages are of.
    let current: SessionCookie
    /// As many as there may be beside it.
    let others: [SessionCookie]

    private static let others: [StaticString] = [
        "__Host-martlet-2", "__Host-martlet-3", "__Host-martlet-4", "__Host-martlet-5",
    ]

    /// `make` gives the cookie of a name. Throws what it throws.
    package init(_ make: (StaticString) throws -> SessionCookie) rethrows {
        current = try make("__Host-martlet")
        others = try Self.others.map(make)
    }
}

/// A live session in a browser, and the cookie that led to it.
struct BrowserSession: Sendable {
    let cookie: SessionCookie
    let live: LiveSession
    /// Whether the pages are of it.
    let isCurrent: Bool
}

extension SessionCookie {
    /// The field that leads a browser to `session`.
    func field(_ session: Session) throws -> HTTPField {
        try field(
            Contents(
                session: session.id,
                account: session.isRemembered ? session.subject : nil,
                expiry: session.expiry
            )
        )
    }
}
