import ArgumentParser
import Cryptography
import FoundationEssentials
import JOSE
import Provider
import Storage

/// `martlet keys`: the server's signing keys.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "List, rotate and import signing keys.",
        subcommands: [List.self, RotateKeys.self, Import.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the signing keys and what each is doing.",
            discussion: "Example: martlet keys list"
        )

        @OptionGroup var folders: FolderOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await CommandFailure.explained {
                let keys = try await Administration.keyFolder(folders).signingKeys()
                let now = SystemClock.now()
                let rotation = try await Administration.keyEvidence(folders).rotation
                let phases = keys.map { rotation.phase(of: $0, among: keys, at: now).rawValue }
                if json {
                    let entries = zip(keys, phases).map { key, phase -> JSON in
                        [
                            "kid": .string(key.kid), "alg": .string(key.algorithm.rawValue), "phase": .string(phase),
                            "created_at": .string(SystemClock.text(key.createdAt)),
                        ]
                    }
                    return Terminal.print(.array(entries))
                }
                Terminal.print(
                    zip(keys, phases).map { [$0.kid, $0.algorithm.rawValue, $1, SystemClock.text($0.createdAt)] },
                    header: ["KID", "ALG", "PHASE", "CREATED"]
                )
            }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a signing key of your own: PKCS #8 PEM, P-256.",
            discussion: "Example: martlet keys import signing.pem"
        )

        @Argument(help: "The PEM file.")
        var file: String
        @OptionGroup var folders: FolderOptions

        func run() async throws {
            try await CommandFailure.explained {
                guard let bytes = FileManager.default.contents(atPath: file) else {
                    throw CommandFailure("\(file) cannot be read")
                }
                let key: PrivateKey
                do {
                    key = try PrivateKey(pkcs8PEM: String(decoding: bytes, as: UTF8.self))
                } catch {
                    throw CommandFailure("\(file) is not an unencrypted PKCS #8 private key in PEM")
                }
                guard key.kind == .ec(.p256) else { throw CommandFailure("\(file) is not a P-256 key") }
                let folder = try await Administration.keyFolder(folders)
                try folder.prepare(random: SystemRandom())
                let now = SystemClock.now()
                let added = try folder.add(key, algorithm: .es256, at: now)
                try folder.record(KeyEvent(.imported, added, reason: "martlet keys import"), at: now)
                print("imported \(added.kid) (ES256)")
            }
        }
    }
}
