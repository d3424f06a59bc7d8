/// The identifier of a protected resource (RFC 8707 §2, RFC 9728 §1.2): an absolute URI without fragment. Compared byte for byte.
package struct ResourceIndicator: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// The longest one, in bytes.
    package static let sizeLimit = 512
    /// The most that one request may name.
    package static let countLimit = 8

    /// nil for anything else, a relative reference and user information included.
    package init?(_ text: String) {
        guard let parts = URIParts(text, sizeLimit: Self.sizeLimit), !parts.hasFragment, !parts.hasUserInformation,
            text.utf8.count > parts.scheme.utf8.count + 1, parts.host?.isEmpty != true
        else { return nil }
        description = text
    }
}

extension [ResourceIndicator] {
    /// As it is stored: no URI has a space. nil when there is none.
    package var text: String? { isEmpty ? nil : map(\.description).joined(separator: " ") }

    /// Reads `text`; nil when one of them is none.
    package init?(text: String?) {
        self = []
        for part in text?.split(separator: " ") ?? [] {
            guard let indicator = ResourceIndicator(String(part)) else { return nil }
            append(indicator)
        }
    }
}
