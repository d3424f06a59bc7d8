import Cryptography

/// What accounts are called towards clients: the `sub` (OIDC Core §8). A pairwise name is the account's id under a permutation of
/// its sector's own, so clients of two sectors cannot tell that they speak of one person, and only this server can turn it back.
struct SubjectNames: Sendable {
    private let key: [UInt8]

    init(_ dependencies: Dependencies) {
        key = dependencies.sealing.derivedKey(for: "pairwise subjects")
    }

    /// The name of the account for `client`: always the same for all clients of one sector.
    func name(of subject: Subject.ID, for client: Client) -> Subject.ID {
        guard let sector = client.metadata.sector, let id = Self.bytes(of: subject),
            let image = try? AESBlock.encrypt(id, key: sectorKey(sector))
        else { return subject }
        return Subject.ID(Base64URL.encode(image))
    }

    /// The account that has this name for `client`; another name gives an id that no account has. What the account is called elsewhere
    /// is another name: to take it would tell clients of two sectors that they speak of one person.
    func subject(named name: Subject.ID, for client: Client) -> Subject.ID {
        guard let sector = client.metadata.sector else { return name }
        guard let image = Base64URL.decode(name.description), image.count == 16,
            let id = try? AESBlock.decrypt(image, key: sectorKey(sector))
        else { return Self.nobody }
        return Self.subject(id)
    }

    private static let nobody = Subject.ID("")

    private func sectorKey(_ sector: String) -> [UInt8] { HMAC.code(Array(sector.utf8), key: key) }

    /// The 16 bytes of a UUID.
    private static func bytes(of subject: Subject.ID) -> [UInt8]? {
        let bytes = Hexadecimal.decode(subject.description.filter { $0 != "-" })
        return bytes?.count == 16 ? bytes : nil
    }

    private static func subject(_ bytes: [UInt8]) -> Subject.ID {
        let digits = Hexadecimal.encode(bytes)
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return Subject.ID(parts.joined(separator: "-"))
    }
}
