/// Why the folder of keys cannot be used. The description is a sentence that says what to do.
package enum KeyFolderError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Group or others can read or write the file, or others can write the folder; `mode` is what to change.
    case permissions(path: String, mode: String)
    case notAKey(path: String, wanted: String)
    /// The server does not sign with this algorithm, or the key is of another kind.
    case unsuitable(path: String)
    /// The sealing key is gone while signing keys are there.
    case missing(path: String)
    /// A key or file is there already.
    case exists(String)
    case unknown(String)
    case onlyKey(String)
    /// The system refused; `reason` is its message.
    case system(path: String, reason: String)

    package var description: String {
        switch self {
        case .permissions(let path, let mode):
            "\(path) is open to other users of this machine: run chmod \(mode) \(path)"
        case .notAKey(let path, let wanted):
            "\(path) does not hold \(wanted): restore it from a backup or take it away"
        case .unsuitable(let path):
            "\(path) does not hold a key for the algorithm in its name: name it signing-<algorithm>-<milliseconds>.pem "
                + "with es256, es384, es512, eddsa, rs256, rs384, rs512, ps256, ps384 or ps512"
        case .missing(let path):
            "\(path) is missing, and without it no stored client secret can be read: restore it from a backup, or, "
                + "when no client uses client_secret_jwt, make a new one: "
                + "(umask 077; openssl rand -base64 32 | tr '+/' '-_' | tr -d '=' > \(path))"
        case .exists(let name): "\(name) is there already"
        case .unknown(let kid): "there is no signing key \(kid) in this folder"
        case .onlyKey(let kid): "\(kid) is the only signing key: add another before removing it"
        case .system(let path, let reason): "cannot use \(path): \(reason)"
        }
    }
}
