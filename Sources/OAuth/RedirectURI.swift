import JOSE

/// Where an authorization response may be sent (RFC 6749 §3.1.2, RFC 8252, RFC 9700 §4.1.3).
package struct RedirectURI: Hashable, Sendable, CustomStringConvertible {
    /// As it was registered, byte for byte.
    package let description: String

    /// The longest one, in bytes.
    package static let sizeLimit = 2048

    /// Takes one for registration: https; http on this machine only; or, for a native application, a private-use scheme with a dot in
    /// it (RFC 8252 §7.1). No fragment, no user information, no host with an asterisk, nothing but the characters of RFC 3986. nil for anything else.
    package init?(registering text: String, isNative: Bool) {
        guard let parts = URIParts(text, sizeLimit: Self.sizeLimit), !parts.hasFragment,
            parts.host?.contains("*") != true
        else { return nil }
        switch parts.scheme {
        case "https": guard parts.host?.isEmpty == false, !parts.hasUserInformation else { return nil }
        case "http": guard parts.isLoopback, !parts.hasUserInformation else { return nil }
        default: guard isNative, parts.scheme.contains("."), parts.host == nil else { return nil }
        }
        description = text
    }

    /// Whether a request may name `presented`: the very bytes, except that the port of a loopback IP address may differ
    /// (RFC 8252 §7.3).
    package func matches(_ presented: String) -> Bool {
        if presented.utf8.elementsEqual(description.utf8) { return true }
        guard let own = URIParts(description, sizeLimit: Self.sizeLimit), own.scheme == "http", own.isLoopbackAddress,
            let other = URIParts(presented, sizeLimit: Self.sizeLimit)
        else { return false }
        return other.port != nil && own.withoutPort.utf8.elementsEqual(other.withoutPort.utf8)
    }

    /// The host as written; nil where there is none.
    package var host: String? { URIParts(description, sizeLimit: Self.sizeLimit)?.host }

    /// Whether it leads to the machine of whoever opens it, by address or by name in any spelling.
    package var isOfThisMachine: Bool {
        guard let parts = URIParts(description, sizeLimit: Self.sizeLimit), let host = parts.host else { return false }
        let name = host.lowercased().split(separator: ".").last
        return parts.isLoopbackAddress || name == "localhost"
    }

    /// The origin of an absolute URI (RFC 6454 §4); the scheme alone where there is no host.
    package static func origin(of text: String) -> String {
        guard let parts = URIParts(text, sizeLimit: sizeLimit), let host = parts.host else {
            return String(text.prefix { $0 != ":" }) + ":"
        }
        return "\(parts.scheme)://\(host)" + (parts.port.map { ":\($0)" } ?? "")
    }
}

/// The parts of an absolute URI that matter here (RFC 3986 §3).
struct URIParts {
    let scheme: String
    /// As written, brackets included; nil where there is no authority.
    let host: String?
    /// The digits; nil where there are none.
    let port: String?
    let hasUserInformation: Bool
    let hasFragment: Bool
    /// The text without its port and the colon before it.
    let withoutPort: String

    /// nil when `text` is no absolute URI in lower-case scheme, too long, or has characters that RFC 3986 does not know.
    init?(_ text: String, sizeLimit: Int) {
        guard text.utf8.count <= sizeLimit, text.utf8.allSatisfy(Self.mayContain),
            let colon = text.firstIndex(of: ":")
        else { return nil }
        scheme = String(text[..<colon])
        guard let first = scheme.utf8.first, (0x61...0x7A).contains(first),
            scheme.utf8.allSatisfy({
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0)
            })
        else { return nil }
        hasFragment = text.contains("#")
        let rest = text[text.index(after: colon)...]
        guard rest.hasPrefix("//") else {
            (host, port, hasUserInformation, withoutPort) = (nil, nil, false, text)
            return
        }
        let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        hasUserInformation = authority.contains("@")
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        if let mark = authority[end...].lastIndex(of: ":") {
            let digits = authority[authority.index(after: mark)...]
            guard (1...5).contains(digits.count), digits.allSatisfy(\.isNumber) else { return nil }
            (host, port) = (String(authority[..<mark]), String(digits))
            withoutPort = String(text[..<mark]) + String(text[authority.endIndex...])
        } else {
            (host, port, withoutPort) = (String(authority), nil, text)
        }
    }

    /// Whether the host is an address of this machine.
    var isLoopbackAddress: Bool { host == "127.0.0.1" || host == "[::1]" }
    /// The same, or its name.
    var isLoopback: Bool { isLoopbackAddress || host == "localhost" }

    private static func mayContain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~:/?#[]@!$&'()*+,;=%".utf8.contains(byte)
        }
    }
}

/// An https address that a client names: a page, a picture, a key set. http is taken for this machine only.
package struct WebAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// As written, brackets included.
    package var host: String { URIParts(description, sizeLimit: RedirectURI.sizeLimit)?.host ?? "" }

    /// Whether it is https, not http of this machine.
    package var isSecure: Bool { description.hasPrefix("https:") }

    /// nil for anything else, for a fragment and for user information.
    package init?(_ text: String) {
        guard let parts = URIParts(text, sizeLimit: RedirectURI.sizeLimit), parts.host?.isEmpty == false,
            !parts.hasFragment, !parts.hasUserInformation,
            parts.scheme == "https" || (parts.scheme == "http" && parts.isLoopback)
        else { return nil }
        description = text
    }

    /// The address before the fragment that `text` may have.
    package init?(withoutFragment text: String) {
        self.init(String(text.prefix { $0 != "#" }))
    }
}
