/// A record `$argon2id$v=19$m=…,t=…,p=1$salt$tag` with a salt of 16 bytes, which is all that libsodium computes in a way
/// that tells lack of memory from a wrong password.
struct Argon2idRecord {
    private let parameters: Argon2idParameters
    private let salt, tag: [UInt8]

    private init(parameters: Argon2idParameters, salt: [UInt8], tag: [UInt8]) {
        (self.parameters, self.salt, self.tag) = (parameters, salt, tag)
    }

    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3,
            let memory = PasswordRecord.number(costs[0], after: "m=", in: Argon2id.memories),
            let passes = PasswordRecord.number(costs[1], after: "t=", in: Argon2id.passes), costs[2] == "p=1",
            let salt = Argon2id.bytes(ofBase64: parts[4]), salt.count == Argon2id.saltSize,
            let tag = Argon2id.bytes(ofBase64: parts[5]), Argon2id.tagSizes ~= tag.count
        else { return nil }
        self.init(parameters: Argon2idParameters(memory: memory, passes: passes), salt: salt, tag: tag)
    }

    /// A record that costs what a current one costs and that no password matches: finding one for its tag of zeros
    /// would be a preimage of Argon2id.
    static func nobodys(_ parameters: Argon2idParameters) -> Argon2idRecord {
        Argon2idRecord(
            parameters: parameters,
            salt: [UInt8](repeating: 0, count: Argon2id.saltSize),
            tag: [UInt8](repeating: 0, count: Argon2id.tagSize)
        )
    }

    func isWeaker(than current: Argon2idParameters) -> Bool {
        parameters.memory < current.memory || parameters.passes < current.passes || tag.count < Argon2id.tagSize
    }

    func matches(_ password: [UInt8]) throws(CryptographyError) -> Bool {
        var made = try Argon2id.tag(of: password, salt: salt, size: tag.count, parameters: parameters)
        defer { wipe(&made) }
        return constantTimeEqual(made, tag)
    }
}
