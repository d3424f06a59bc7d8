import Cryptography
import JOSE
package import OAuth

/// Reads the members of client metadata; null counts as left out (RFC 7592 §2.2). Throws the errors of RFC 7591 §3.2.2.
struct MetadataReader {
    private let json: JSONObject

    /// The most values that a list may have.
    static let limit = 20
    /// The longest text that is shown to people or kept for them, in characters, and in bytes: a character may have any number of them.
    static let textLimit = 200
    private static let textBytes = 800

    init(_ json: JSONObject) {
        self.json = json
    }

    /// The value of a member, whatever it is; nil where it is left out.
    func value(_ name: ParameterName) -> JSON? {
        let value = json[name.description]
        return value == .null ? nil : value
    }

    func text(_ name: ParameterName) throws(OAuthError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue else { throw Self.refused(name, "a string") }
        return text
    }

    /// A text for people: one line without controls and without marks that nobody sees, such as those that turn the direction of what
    /// follows.
    func line(_ name: ParameterName) throws(OAuthError) -> String? {
        guard let text = try text(name) else { return nil }
        guard text.utf8.count <= Self.textBytes, text.count <= Self.textLimit,
            text.unicodeScalars.allSatisfy(Self.isShown)
        else {
            throw Self.refused(name, "one line of at most 200 characters")
        }
        return text
    }

    func choice(_ name: ParameterName, _ known: [String], _ expected: WireText) throws(OAuthError) -> String? {
        guard let text = try text(name) else { return nil }
        guard known.contains(text) else { throw Self.refused(name, expected) }
        return text
    }

    func strings(_ name: ParameterName) throws(OAuthError) -> [String] {
        guard let value = value(name) else { return [] }
        guard let values = value.stringsValue, values.count <= Self.limit,
            values.allSatisfy({ $0.utf8.count <= RedirectURI.sizeLimit })
        else { throw Self.refused(name, "an array of at most 20 strings") }
        return values
    }

    /// Throws `code` for what is no redirect URI, or stands there twice.
    func redirects(
        _ name: ParameterName,
        isNative: Bool,
        orThrow code: OAuthError.Code
    ) throws(OAuthError) -> [RedirectURI] {
        guard let texts = value(name)?.stringsValue ?? (value(name) == nil ? [] : nil), texts.count <= Self.limit else {
            throw Self.refused(name, "an array of at most 20 URIs", code: code)
        }
        var uris: [RedirectURI] = []
        for text in texts {
            guard let uri = RedirectURI(registering: text, isNative: isNative) else {
                throw Self.refused(
                    name,
                    "https URIs without fragment; http is taken for this machine, a scheme with a dot for native applications",
                    seen: text,
                    code: code
                )
            }
            guard !uris.contains(uri) else { throw Self.refused(name, "different URIs", seen: text, code: code) }
            uris.append(uri)
        }
        return uris
    }

    /// `response_types`; code where nothing is named (RFC 7591 §2).
    func responseTypes() throws(OAuthError) -> Set<ResponseType> {
        let values = try strings("response_types")
        let types = values.compactMap { ResponseType($0) }
        guard types.count == values.count else {
            throw Self.refused("response_types", "of response_types_supported", seen: "\(values)")
        }
        return types.isEmpty ? [.code] : Set(types)
    }

    /// An https address; http is taken for this machine.
    func address(_ name: ParameterName) throws(OAuthError) -> WebAddress? {
        guard let text = try text(name) else { return nil }
        guard let address = WebAddress(text) else { throw Self.refused(name, "an https URL without fragment") }
        return address
    }

    /// An address for which no http is taken.
    func secureAddress(_ name: ParameterName) throws(OAuthError) -> WebAddress? {
        guard let address = try address(name) else { return nil }
        guard address.isSecure else { throw Self.refused(name, "an https URL without fragment") }
        return address
    }

    func algorithm(_ name: ParameterName) throws(OAuthError) -> SignatureAlgorithm? {
        let known = ClientMetadata.signingAlgorithms.map(\.rawValue)
        return try choice(name, known, "an algorithm that this server signs with").flatMap(
            SignatureAlgorithm.init(rawValue:)
        )
    }

    func age(_ name: ParameterName) throws(OAuthError) -> Int64? {
        guard let value = value(name) else { return nil }
        guard let seconds = value.integerValue, (0...315_360_000).contains(seconds) else {
            throw Self.refused(name, "a number of seconds from 0 to 315360000")
        }
        return seconds
    }

    func flag(_ name: ParameterName) throws(OAuthError) -> Bool {
        guard let value = value(name) else { return false }
        guard let flag = value.boolValue else { throw Self.refused(name, "true or false") }
        return flag
    }

    /// Refuses a member of something that this server does not do.
    func refuse(_ name: ParameterName) throws(OAuthError) {
        guard let value = value(name), value != .bool(false) else { return }
        throw Self.refused(name, "left out: the server does not do this")
    }

    /// `expected` follows "must be"; `seen` is for the log.
    static func refused(
        _ name: ParameterName,
        _ expected: WireText,
        seen: String = "something else",
        code: OAuthError.Code = .invalidClientMetadata
    ) -> OAuthError {
        OAuthError(
            code,
            "\(name) must be \(expected)",
            FailedCheck("\(name)", expected: expected.description, seen: FailedCheck.excerpt(seen))
        )
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

extension OAuthError.Code {
    /// RFC 7591 §3.2.2.
    package static let invalidRedirectURI = Self("invalid_redirect_uri", status: 400)
    package static let invalidClientMetadata = Self("invalid_client_metadata", status: 400)
    package static let unapprovedSoftwareStatement = Self("unapproved_software_statement", status: 400)
}
