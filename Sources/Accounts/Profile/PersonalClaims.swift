package import JOSE

/// What a person says of themselves to be told to applications: the standard claims of OIDC Core §5.1 that come of nothing else that an
/// account has.
package struct PersonalClaims: Sendable, Equatable {
    /// A claim that is one text.
    package enum Name: String, CaseIterable, Sendable {
        case givenName = "given_name"
        case middleName = "middle_name"
        case familyName = "family_name"
        case nickname, profile, picture, website, gender, birthdate, zoneinfo, locale
        case phoneNumber = "phone_number"

        package var rule: Rule {
            switch self {
            case .givenName, .middleName, .familyName, .nickname, .gender: .text
            case .profile, .picture, .website: .webAddress
            case .birthdate: .birthdate
            case .zoneinfo: .timeZone
            case .locale: .languageTag
            case .phoneNumber: .phoneNumber
            }
        }
    }

    /// A member of the `address` claim (OIDC Core §5.1.1); every one is text.
    package enum AddressPart: String, CaseIterable, Sendable {
        case formatted
        case streetAddress = "street_address"
        case locality, region
        case postalCode = "postal_code"
        case country

        package var rule: Rule { self == .formatted || self == .streetAddress ? .lines : .text }
    }

    /// What a text must be, and was not.
    package enum Rule: Error, Sendable, Equatable {
        /// At most `limit` characters, and no control characters.
        case text
        /// The same, but for the ends of lines.
        case lines
        /// A URL by https or http, of at most 1,024 bytes.
        case webAddress
        /// `YYYY-MM-DD`, the year perhaps 0000, or the year alone.
        case birthdate
        /// A name of the time zone database, by its characters.
        case timeZone
        /// A language tag (RFC 5646), by its form.
        case languageTag
        /// E.164 as people write it: a plus sign, 6 to 15 digits, and what they put between.
        case phoneNumber
    }

    /// The most characters of a text.
    package static let limit = 200

    private static let address = "address"

    /// The claims by their names.
    package private(set) var json: JSONObject

    /// Those of a record that is believed.
    package init(recorded json: JSONObject) {
        self.json = json
    }

    /// What is wrong with a member of an object, by its path (`address.country`).
    package struct Misfit: Error, Sendable, Equatable {
        package let path: String
        /// nil for a member that is none of the claims, or no text.
        package let rule: Rule?
    }

    /// Throws `Misfit` for the first member that is not as it must be.
    package init(_ object: JSONObject) throws(Misfit) {
        json = [:]
        for name in object.names where name != Self.address {
            guard let claim = Name(rawValue: name), let text = object[name]?.stringValue else {
                throw Misfit(path: name, rule: nil)
            }
            do throws(Rule) { try set(claim, to: text) } catch { throw Misfit(path: name, rule: error) }
        }
        guard let value = object[Self.address] else { return }
        guard case .object(let parts) = value else { throw Misfit(path: Self.address, rule: nil) }
        for name in parts.names {
            let path = "\(Self.address).\(name)"
            guard let part = AddressPart(rawValue: name), let text = parts[name]?.stringValue else {
                throw Misfit(path: path, rule: nil)
            }
            do throws(Rule) { try set(part, to: text) } catch { throw Misfit(path: path, rule: error) }
        }
    }

    package subscript(name: Name) -> String? { json[name.rawValue]?.stringValue }

    package subscript(part: AddressPart) -> String? { parts[part.rawValue]?.stringValue }

    private var parts: JSONObject {
        if case .object(let parts)? = json[Self.address] { parts } else { [:] }
    }

    /// Says `text`, without the space around it, or nothing where there is none. Throws the rule that it breaks.
    package mutating func set(_ name: Name, to text: String) throws(Rule) {
        let text = text.trimmed
        guard text.isEmpty || name.rule.accepts(text) else { throw name.rule }
        json[name.rawValue] = text.isEmpty ? nil : .string(text)
    }

    /// The same for a part of the address; one that has no part is left out.
    package mutating func set(_ part: AddressPart, to text: String) throws(Rule) {
        let text = text.trimmed
        guard text.isEmpty || part.rule.accepts(text) else { throw part.rule }
        var parts = parts
        parts[part.rawValue] = text.isEmpty ? nil : .string(text)
        json[Self.address] = parts.names.isEmpty ? nil : .object(parts)
    }
}

extension PersonalClaims.Rule {
    /// `text` is not empty.
    fileprivate func accepts(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return switch self {
        case .text, .lines:
            bytes.count <= 4 * PersonalClaims.limit && text.count <= PersonalClaims.limit
                && !text.unicodeScalars.contains { $0.isControl && (self == .text || $0 != "\n") }
        case .webAddress: Self.isWebAddress(bytes)
        case .birthdate: Self.isBirthdate(bytes)
        case .timeZone:
            bytes.count <= 64 && bytes.first.map(Self.isLetter) == true
                && bytes.allSatisfy { Self.isLetter($0) || Self.isDigit($0) || "/_+-".utf8.contains($0) }
        case .languageTag: Self.isLanguageTag(bytes)
        case .phoneNumber:
            bytes.first == UInt8(ascii: "+") && bytes.count <= 32 && (6...15).contains(bytes.count(where: Self.isDigit))
                && bytes.dropFirst().allSatisfy { Self.isDigit($0) || " -.()".utf8.contains($0) }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isWebAddress(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= 1024, let scheme = ["https://", "http://"].first(where: { bytes.starts(with: $0.utf8) }),
            let first = bytes.dropFirst(scheme.utf8.count).first, isLetter(first) || isDigit(first) || first == 0x5B
        else { return false }
        return bytes.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }
    }

    private static func isLanguageTag(_ bytes: [UInt8]) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return bytes.count <= 35 && (2...8).contains(parts[0].count) && parts[0].allSatisfy(isLetter)
            && parts.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy { isLetter($0) || isDigit($0) } }
    }

    private static func isBirthdate(_ bytes: [UInt8]) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2] || parts.map(\.count) == [4],
            bytes.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "-") })
        else { return false }
        let numbers = parts.map { $0.reduce(0) { 10 * $0 + Int($1 - 0x30) } }
        guard numbers.count == 3 else { return numbers[0] > 0 }
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        // Without a year every 29 February may be meant.
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }
}
