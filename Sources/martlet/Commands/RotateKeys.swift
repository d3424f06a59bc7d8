import ArgumentParser
import Cryptography
import JOSE
import Provider
import Storage

/// `martlet keys rotate`: new signing keys, in peace or at once.
struct RotateKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Make a new signing key for each algorithm.",
        discussion: """
            A new key is published at once. It signs when every cached copy of the key set is gone and everybody who is known to
            fetch the key set has fetched it since, or when the deadline is over (--key-deadline of the server, a day). The old one
            is accepted until its last token has expired. A running server notices within seconds. --plan shows where things stand.
            Example: martlet keys rotate
            """
    )

    @Option(help: "Only the keys of this algorithm, such as ES256.")
    var algorithm: String?
    @Flag(help: "Change nothing: show each key, when it signs and goes, and who has fetched it.")
    var plan = false
    @Flag(help: "The keys may be in other hands: new ones sign now, and all others go now.")
    var emergency = false
    @Option(help: "Why, with --emergency: for the history.")
    var reason: String?
    @Flag(help: "With --plan: print JSON.")
    var json = false
    @OptionGroup var folders: FolderOptions

    func validate() throws {
        if emergency && (reason ?? "").isEmpty { throw ValidationError("--emergency needs --reason TEXT: say why") }
        if emergency && plan { throw ValidationError("--plan and --emergency exclude each other") }
        if !emergency && reason != nil { throw ValidationError("--reason goes with --emergency") }
        if json && !plan { throw ValidationError("--json goes with --plan") }
    }

    func run() async throws {
        try await CommandFailure.explained {
            let folder = try await Administration.keyFolder(folders)
            let evidence = try await Administration.keyEvidence(folders)
            let algorithms = try chosenAlgorithms()
            let now = SystemClock.now()
            if plan {
                let keys = try folder.signingKeys().filter { algorithms.contains($0.algorithm) }
                return RotationPlan(keys: keys, evidence: evidence, now: now).print(asJSON: json)
            }
            let keys = try await folder.load(random: SystemRandom(), at: now).signing
            if let reason, emergency {
                try await replace(keys, of: algorithms, in: folder, evidence.rotation, reason: reason)
            } else {
                try await addNext(to: keys, of: algorithms, in: folder, evidence, at: now)
            }
        }
    }

    private func chosenAlgorithms() throws -> [SignatureAlgorithm] {
        guard let algorithm else { return KeyFolder.algorithms }
        guard let chosen = KeyFolder.algorithms.first(where: { $0.rawValue.lowercased() == algorithm.lowercased() })
        else {
            let names = KeyFolder.algorithms.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure("--algorithm must be one of \(names)")
        }
        return [chosen]
    }

    private func addNext(
        to keys: [SigningKey],
        of algorithms: [SignatureAlgorithm],
        in folder: KeyFolder,
        _ evidence: KeyEvidence,
        at now: Timestamp
    ) async throws {
        let rotation = evidence.rotation
        let phases = keys.map { (key: $0, phase: rotation.phase(of: $0, among: keys, at: now)) }
        for (key, _) in phases.filter({ $0.phase == .retired && algorithms.contains($0.key.algorithm) }) {
            try folder.remove(key.kid)
            try folder.record(KeyEvent(.removed, key, reason: "retired"), at: now)
            print("removed the retired key \(key.kid)")
        }
        let waiting = phases.filter { $0.phase == .next && algorithms.contains($0.key.algorithm) }.map(\.key)
        for key in waiting {
            print("kept \(key.kid) (\(key.algorithm.rawValue)): it is published and waits for its turn")
        }
        let wanted = algorithms.filter { algorithm in !waiting.contains { $0.algorithm == algorithm } }
        for (algorithm, key) in try await KeyFolder.freshKeys(wanted) {
            let fresh = try folder.add(key, algorithm: algorithm, at: now)
            try folder.record(KeyEvent(.made, fresh, reason: "martlet keys rotate"), at: now)
            print(
                "made \(fresh.kid) (\(algorithm.rawValue)): published now, signing from \(SystemClock.text(now + rotation.lead)) "
                    + "when all who fetch the key set have it, from \(SystemClock.text(now + rotation.deadline)) in any case"
            )
        }
    }

    /// First the new keys, then the end of the old ones: at no moment is there none.
    private func replace(
        _ old: [SigningKey],
        of algorithms: [SignatureAlgorithm],
        in folder: KeyFolder,
        _ rotation: KeyRotation,
        reason: String
    ) async throws {
        let fresh = try await KeyFolder.freshKeys(algorithms)
        let now = SystemClock.now()
        for (algorithm, key) in fresh {
            let added = try folder.add(key, algorithm: algorithm, at: now, isUsedAtOnce: true)
            try folder.record(KeyEvent(.emergency, added, reason: reason), at: now)
            print("made \(added.kid) (\(algorithm.rawValue)): signs now")
        }
        for key in old where algorithms.contains(key.algorithm) {
            try folder.remove(key.kid)
            try folder.record(KeyEvent(.removed, key, reason: reason), at: now)
            print("removed \(key.kid) (\(key.algorithm.rawValue))")
        }
        print(
            """
            What breaks: a running server refuses every token of the removed keys within 5 seconds; who holds one must get another.
            Sessions and refresh tokens go on. Others that check signatures themselves refuse the new tokens until they fetch
            /oauth/jwks again, and may believe the old ones until their copy of it is \(rotation.lead) seconds old: tell their operators.
            If the whole folder was in other hands, client-secrets.key was too: see keys/README.md.
            """
        )
        Terminal.flush()
    }
}
