import Cryptography
import JOSE

/// The name of a signing key's file, in its parts: `signing-<algorithm>-<made>.pem` for a key that waits for its turn,
/// `signing-<algorithm>-<made>-<used>.pem` for one that signs since `<used>`, both in Unix milliseconds.
struct SigningFileName {
    /// nil when the server does not sign with what the name says; ES256K is for the assertions of clients alone.
    let algorithm: SignatureAlgorithm?
    let createdAt: Timestamp
    let usedFrom: Timestamp?
    let text: String

    init(algorithm: SignatureAlgorithm, createdAt: Timestamp, usedFrom: Timestamp?) {
        self.algorithm = algorithm == .es256k ? nil : algorithm
        self.createdAt = createdAt
        self.usedFrom = usedFrom
        let times = [createdAt, usedFrom].compactMap { $0?.milliseconds.description }
        text = "signing-\(algorithm.rawValue.lowercased())-\(times.joined(separator: "-")).pem"
    }

    /// nil when the file is no signing key's.
    init?(_ text: String) {
        guard text.hasPrefix("signing-"), text.hasSuffix(".pem") else { return nil }
        let parts = text.dropFirst("signing-".count).dropLast(".pem".count).split(
            separator: "-",
            omittingEmptySubsequences: false
        )
        let times = parts.dropFirst().compactMap { Int64($0) }
        guard (2...3).contains(parts.count), times.count == parts.count - 1,
            zip(times, parts.dropFirst()).allSatisfy({ "\($0)" == $1 })
        else { return nil }
        algorithm = SignatureAlgorithm.allCases.first { $0 != .es256k && $0.rawValue.lowercased() == parts[0] }
        createdAt = Timestamp(milliseconds: times[0])
        usedFrom = times.count == 2 ? Timestamp(milliseconds: times[1]) : nil
        self.text = text
    }
}
