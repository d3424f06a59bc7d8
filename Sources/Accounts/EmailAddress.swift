/// An email address (RFC 5321 §4.1.2), ASCII, without quoted local parts and address literals.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// As its owner wrote it, with the domain in lower case.
    package let description: String

    /// The form under which the address is unique: all of it in lower case.
    package var key: String { description.lowercased() }

    /// nil when `text` is no address that mail can be sent to.
    package init?(_ text: String) {
        guard text.utf8.count <= 254, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let at = text.lastIndex(of: "@")
        else { return nil }
        let local = text[..<at]
        let domain = text[text.index(after: at)...].lowercased()
        guard Self.isLocalPart(local), Self.isDomain(domain) else { return nil }
        description = "\(local)@\(domain)"
    }

    private static func isLocalPart(_ local: Substring) -> Bool {
        let atoms = local.split(separator: ".", omittingEmptySubsequences: false)
        let punctuation = Set("!#$%&'*+-/=?^_`{|}~")
        return local.utf8.count <= 64
            && atoms.allSatisfy { atom in
                !atom.isEmpty && atom.allSatisfy { $0.isLetter || $0.isNumber || punctuation.contains($0) }
            }
    }

    private static func isDomain(_ domain: String) -> Bool {
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2 || domain == "localhost", let top = labels.last, top.contains(where: \.isLetter)
        else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != "-" && label.last != "-"
                && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
        }
    }
}
