import Accounts
import ArgumentParser
import JOSE
import Storage

/// `martlet accounts`: the people.
struct AccountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts",
        abstract: "List, block, unblock and delete accounts.",
        subcommands: [List.self, Block.self, Unblock.self, Delete.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List accounts in the order they were made.",
            discussion: "Example: martlet accounts list --limit 20"
        )

        @Option(help: "The most to list, 1 to 1000.")
        var limit = 100
        @Option(help: "List those after this account id.")
        var after: String?
        @OptionGroup var folders: FolderOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await CommandFailure.explained {
                guard (1...1000).contains(limit) else { throw CommandFailure("--limit must be from 1 to 1000") }
                let accounts = try await Administration.withStores(folders) {
                    try $0.accounts.accounts(after: after.map { Account.ID($0) }, limit: limit)
                }
                if json { return Terminal.print(.array(accounts.map(\.json))) }
                Terminal.print(
                    accounts.map {
                        [
                            $0.id.description, $0.email.description, $0.name, $0.state.rawValue,
                            SystemClock.text($0.createdAt),
                        ]
                    },
                    header: ["ID", "EMAIL", "NAME", "STATE", "CREATED"]
                )
            }
        }
    }

    struct Block: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Block an account: it cannot sign in, and all its tokens are dead at once.",
            discussion: "Example: martlet accounts block ada@example.com"
        )

        @OptionGroup var target: AccountTarget

        func run() async throws {
            try await target.change("blocked") { try await $0.setState(.blocked, of: $1) }
        }
    }

    struct Unblock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a blocked account sign in again. Its old tokens stay dead.",
            discussion: "Example: martlet accounts unblock ada@example.com"
        )

        @OptionGroup var target: AccountTarget

        func run() async throws {
            try await target.change("unblocked") { try await $0.setState(.active, of: $1) }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an account with its keys. Its id is never used again.",
            discussion: "Example: martlet accounts delete ada@example.com"
        )

        @OptionGroup var target: AccountTarget

        func run() async throws {
            try await target.change("deleted") { try await $0.delete($1) }
        }
    }
}

/// The account that a command is about.
struct AccountTarget: ParsableArguments {
    @Argument(help: "The account's id or email address.")
    var account: String
    @OptionGroup var folders: FolderOptions

    /// Finds the account and changes it.
    func change(
        _ done: String,
        _ change: (SQLAccountStore, Account.ID) async throws -> Bool
    ) async throws {
        try await CommandFailure.explained {
            let email = try await Administration.withStores(folders) { stores in
                guard let found = try stores.accounts.account(account), try await change(stores.accounts, found.id)
                else {
                    throw CommandFailure("there is no account \(account); `martlet accounts list` shows them")
                }
                return found.email
            }
            print("\(done) \(email)")
        }
    }
}

extension Account {
    fileprivate var json: JSON {
        [
            "id": .string(id.description), "email": .string(email.description), "name": .string(name),
            "state": .string(state.rawValue), "created_at": .string(SystemClock.text(createdAt)),
            "keys": .strings(keys.map(\.thumbprint)),
        ]
    }
}
