import ArgumentParser
import Cryptography
import FoundationEssentials
import JOSE
import Provider
import Storage
import Web

/// `martlet check`: would a server start with these settings?
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the configuration, open everything, and say what is wrong and how to mend it.",
        discussion: "Example: martlet check --issuer https://id.example.com --smtp-host mail.example.com"
    )

    @OptionGroup var options: ServerOptions
    @Flag(help: "Print JSON.")
    var json = false

    /// One thing that was looked at; `problem` is nil when it is as it must be.
    private struct Finding {
        let subject: String
        let problem: String?
    }

    func run() async throws {
        let findings = await findings()
        if json {
            Terminal.print(
                .array(
                    findings.map { ["subject": .string($0.subject), "problem": $0.problem.map(JSON.string) ?? .null] }
                )
            )
        } else {
            for finding in findings {
                print(
                    "\(finding.problem == nil ? "ok     " : "WRONG  ")\(finding.subject)\(finding.problem.map { ": \($0)" } ?? "")"
                )
            }
        }
        if findings.contains(where: { $0.problem != nil }) { throw ExitCode(1) }
    }

    private func findings() async -> [Finding] {
        let configuration: ServerConfiguration
        do {
            configuration = try ServerConfiguration(await options.sources())
        } catch {
            return [Finding(subject: "configuration", problem: "\(error)")]
        }
        let database = await Self.problem { try await Self.checkDatabase(configuration.databasePath) }
        let keys = await Self.problem { try Self.checkKeys(configuration.keysFolder) }
        var findings = [
            Finding(subject: "configuration", problem: nil),
            Finding(subject: "database \(configuration.databasePath)", problem: database),
            Finding(subject: "keys \(configuration.keysFolder)", problem: keys),
        ]
        if case .files(let certificate, let key) = configuration.tls {
            let problem = await Self.problem {
                _ = try TLSContext(TLSFiles(certificate: certificate, key: key).load(at: SystemClock.now()))
            }
            findings.append(Finding(subject: "certificate \(certificate)", problem: problem))
        }
        if let folder = configuration.pages.path {
            findings.append(Finding(subject: "pages \(folder)", problem: nil))
        }
        return findings
    }

    private static func problem(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Opens the database beside a server, if one runs; makes nothing where there is none yet.
    private static func checkDatabase(_ path: String) async throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let stores: Stores
        do {
            stores = try await Stores.open(path: path, at: SystemClock.now())
        } catch DatabaseError.locked {
            stores = try await Stores.open(path: path, options: .init(role: .guest), at: SystemClock.now())
        }
        _ = try stores.clients.clients()
        await stores.database.close()
    }

    private static func checkKeys(_ folder: String) throws {
        for key in try KeyFolder(folder).signingKeys() {
            let signature = try key.privateKey.sign([1, 2, 3], using: key.algorithm)
            guard key.privateKey.publicKey.verifies(signature, of: [1, 2, 3], using: key.algorithm) else {
                throw ConfigurationError("the key \(key.kid) does not verify what it signs: replace it")
            }
        }
    }
}
