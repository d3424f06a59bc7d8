import ArgumentParser
import Cryptography
import FoundationEssentials
import JOSE
import OAuth
import Provider
import Storage

/// The file of a command, and where the server keeps its things.
struct DeclarationOptions: ParsableArguments {
    @Argument(help: "A JSON file with clients, scopes, resources, policies and settings.")
    var file: String
    @OptionGroup var folders: FolderOptions
    @Flag(help: "Print JSON.")
    var json = false

    func declaration() throws -> Declaration {
        try Declaration(path: file, environment: ProcessInfo.processInfo.environment)
    }

    /// Settings that are otherwise than the file says, as far as this command's own flags, environment and files tell.
    func settings(_ declaration: Declaration) async throws -> [DeclarationChange] {
        let sources = try await folders.sources()
        return declaration.settings.compactMap { name, wanted in
            let standard = ConfigurationOption.all.first { $0.name == name }?.standard
            let stored = sources.text(name) ?? standard
            guard stored != wanted else { return nil }
            let member = DeclarationChange.Member(
                name: "value",
                stored: stored.map(JSON.string),
                wanted: .string(wanted)
            )
            return DeclarationChange(action: .set, kind: "setting", name: name, members: [member])
        }
    }

    /// What seals secrets, read where a client has one that is sealed.
    func seal(_ declaration: Declaration) async throws -> DeclarationPlan.Seal {
        let random = SystemRandom()
        guard declaration.clients.contains(where: { $0.client.authentication == .clientSecretJWT }) else {
            return .init(key: nil, random: random)
        }
        return .init(key: try await Administration.keyFolder(folders).prepare(random: random).sealing, random: random)
    }

    /// Every difference between file and database.
    func differences() async throws -> [DeclarationChange] {
        let declaration = try declaration()
        let seal = try await seal(declaration)
        let plan = try await Administration.withStores(folders) {
            try DeclarationPlan(declaration, over: $0.declarations.state(of: declaration.names), seal)
        }
        return try await settings(declaration) + plan.changes
    }
}

/// `martlet plan FILE`: what would `apply` do?
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say what `apply` would do with a file. Changes nothing.",
        discussion: """
            Ends with 0 when there is nothing to do, 2 when there is something, 1 for a file that cannot be applied.
            Example: martlet plan clients.json
            """
    )

    @OptionGroup var options: DeclarationOptions

    func run() async throws {
        try await CommandFailure.explained {
            let changes = try await options.differences()
            DeclarationReport(changes: changes, side: .plan).show(asJSON: options.json)
            if !changes.isEmpty { throw ExitCode(2) }
        }
    }
}

/// `martlet drift FILE`: is the database still as the file says?
struct DriftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Say what in the database is otherwise than a file says. Changes nothing.",
        discussion: """
            Ends with 0 when all is as the file says, 2 when something is not, 1 for a file that cannot be applied.
            Example: martlet drift clients.json
            """
    )

    @OptionGroup var options: DeclarationOptions

    func run() async throws {
        try await CommandFailure.explained {
            let changes = try await options.differences()
            DeclarationReport(changes: changes, side: .drift).show(asJSON: options.json)
            if !changes.isEmpty { throw ExitCode(2) }
        }
    }
}

/// `martlet apply FILE`: makes the database as the file says.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make clients, scopes and resources as a file says, all of them or none.",
        discussion: """
            What came from the file before and is in it no more is removed; what did not come from it is left alone.
            A running server goes by it at the next request. Settings are compared, not set.
            Example: martlet apply clients.json
            """
    )

    @OptionGroup var options: DeclarationOptions

    func run() async throws {
        try await CommandFailure.explained {
            let declaration = try options.declaration()
            if let setting = try await options.settings(declaration).first {
                throw CommandFailure(
                    "the setting \(setting.name) is otherwise than the file says: set it where the server is started, or `martlet plan` says more"
                )
            }
            let seal = try await options.seal(declaration)
            let applied = try await Administration.withStores(options.folders, create: true) { stores in
                try await stores.apply(declaration, seal, at: SystemClock.now())
            }
            DeclarationReport(changes: applied, side: .applied).show(asJSON: options.json)
        }
    }
}

extension Stores {
    /// Applies `declaration` in one transaction; decided and done over the same state. Throws `DeclarationError`, `DatabaseError`.
    func apply(
        _ declaration: Declaration,
        _ seal: DeclarationPlan.Seal,
        at time: Timestamp
    ) async throws -> [DeclarationChange] {
        try await declarations.apply(to: declaration.names, at: time) {
            let plan = try DeclarationPlan(declaration, over: $0, seal)
            return (plan.stored, plan.changes)
        }
    }
}
