import Accounts
import ArgumentParser
import Cryptography
import JOSE
import Provider
import Storage

/// `martlet accounts`: the people.
struct AccountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts",
        abstract: "List, block, unblock and delete accounts.",
        subcommands: [Add.self, List.self, Block.self, Unblock.self, Delete.self, AdminKey.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account with a password, its email address taken as verified.",
            discussion: """
                The password is read from standard input, one line; with --generate one is made and printed once.
                Example: martlet accounts add --username ada --email ada@example.com --generate
                """
        )

        @Option(help: "The name to sign in with.")
        var username: String
        @Option(help: "The email address.")
        var email: String?
        @Option(help: "The display name; the username when left out.")
        var name: String?
        @Option(help: "What applications may be told of the person: a JSON object of standard claims (OIDC Core §5.1).")
        var claims: String?
        @Option(
            help: "A password record of another system in place of a password: bcrypt ($2a$, $2b$, $2y$) or Argon2id."
        )
        var record: String?
        @Flag(help: "May administer every account.")
        var admin = false
        @Flag(help: "Make a password and print it.")
        var generate = false
        @OptionGroup var folders: FolderOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await CommandFailure.explained {
                let added = try account()
                let (record, generated) = try passwordRecord()
                let outcome = try await Administration.withStores(folders) {
                    try await $0.accounts.insert(added, password: record)
                }
                guard outcome == .inserted else { throw CommandFailure("not added: \(outcome)") }
                report(added, generated)
            }
        }

        /// The record to keep, and the password where one was made.
        private func passwordRecord() throws -> (record: String, generated: String?) {
            if let record {
                guard PasswordHash.recognises(record) else {
                    throw CommandFailure("--record is no record that can be checked: bcrypt and Argon2id can")
                }
                return (record, nil)
            }
            let text = generate ? Base64URL.encode(SystemRandom().bytes(15)) : readLine() ?? ""
            let password: Password
            do throws(PasswordRule) { password = try Password(new: text) } catch {
                throw CommandFailure("the password \(error.explanation)")
            }
            return (try PasswordHash(random: SystemRandom()).record(of: password.bytes), generate ? text : nil)
        }

        private func account() throws -> Account {
            guard let username = Username(username) else {
                throw CommandFailure("--username must have 1 to 64 letters, digits, dots, hyphens or underscores")
            }
            var account = Account(
                id: Account.ID(UUIDv4(random: SystemRandom()).string),
                name: name ?? username.description,
                createdAt: SystemClock.now()
            )
            account.username = username
            if let email {
                guard let address = EmailAddress(email) else {
                    throw CommandFailure("--email must be an email address")
                }
                account.email = address
                account.isEmailVerified = true
            }
            if admin { account.roles = [.admin] }
            if let claims {
                guard let object = try? JSONObject.parse(Array(claims.utf8)) else {
                    throw CommandFailure("--claims must be a JSON object")
                }
                do throws(PersonalClaims.Misfit) {
                    account.claims = try PersonalClaims(object)
                } catch {
                    throw CommandFailure("--claims: \(error.explanation)")
                }
            }
            return account
        }

        private func report(_ account: Account, _ password: String?) {
            if json {
                var answer: JSONObject = ["id": .string(account.id.description)]
                if let password { answer["password"] = .string(password) }
                return Terminal.print(.object(answer))
            }
            print("added \(account.id)")
            if let password { print("password  \(password)   (shown this once)") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List accounts in the order they were made.",
            discussion: "Example: martlet accounts list --search ada --limit 20"
        )

        @Option(help: "The most to list, 1 to 1000.")
        var limit = 100
        @Option(help: "List those after this account id.")
        var after: String?
        @Option(help: "List those whose username, email address or name begins with this.")
        var search: String?
        @OptionGroup var folders: FolderOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await CommandFailure.explained {
                guard (1...1000).contains(limit) else { throw CommandFailure("--limit must be from 1 to 1000") }
                let accounts = try await Administration.withStores(folders) {
                    try $0.accounts.accounts(after: after.map { Account.ID($0) }, search: search, limit: limit)
                }
                if json { return Terminal.print(.array(accounts.map(\.json))) }
                Terminal.print(
                    accounts.map {
                        [
                            $0.id.description, $0.username?.description ?? "-", $0.email?.description ?? "-", $0.name,
                            $0.isActivated ? $0.state.rawValue : "not activated", SystemClock.text($0.createdAt),
                        ]
                    },
                    header: ["ID", "USERNAME", "EMAIL", "NAME", "STATE", "CREATED"]
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
    @Argument(help: "The account's id, email address or username.")
    var account: String
    @OptionGroup var folders: FolderOptions

    /// Finds the account and changes it.
    func change(
        _ done: String,
        _ change: (SQLAccountStore, Account.ID) async throws -> Bool
    ) async throws {
        try await CommandFailure.explained {
            let name = try await Administration.withStores(folders) { stores in
                guard let identifier = AccountIdentifier(account),
                    let found = try stores.accounts.account(identifier), try await change(stores.accounts, found.id)
                else {
                    throw CommandFailure("there is no account \(account); `martlet accounts list` shows them")
                }
                return found.email?.description ?? found.username?.description ?? found.id.description
            }
            print("\(done) \(name)")
        }
    }
}

extension Account {
    fileprivate var json: JSON {
        [
            "id": .string(id.description), "username": username.map { .string($0.description) } ?? .null,
            "email": email.map { .string($0.description) } ?? .null, "name": .string(name),
            "state": .string(state.rawValue), "activated": .bool(isActivated),
            "created_at": .string(SystemClock.text(createdAt)),
            "last_sign_in": lastSignIn.map { .string(SystemClock.text($0)) } ?? .null,
            "roles": .strings(roles.map(\.rawValue).sorted()), "keys": .strings(keys.map(\.thumbprint)),
        ]
    }
}

extension PersonalClaims.Misfit {
    /// What is wrong, and what it must be.
    fileprivate var explanation: String {
        let wanted =
            switch rule {
            case .text: "at most \(PersonalClaims.limit) characters, and no control characters"
            case .lines: "at most \(PersonalClaims.limit) characters, and no control characters but ends of lines"
            case .webAddress: "a URL that begins with https:// or http://"
            case .birthdate: "YYYY-MM-DD, 0000-MM-DD or YYYY"
            case .timeZone: "a name of the time zone database, such as Europe/Madrid"
            case .languageTag: "a language tag, such as en-US"
            case .phoneNumber: "a number such as +1 (604) 555-1234"
            case nil:
                "a text under one of: \(PersonalClaims.Name.allCases.map(\.rawValue).joined(separator: ", ")); or address, an object of: "
                    + PersonalClaims.AddressPart.allCases.map(\.rawValue).joined(separator: ", ")
            }
        return "\(path) must be \(wanted)"
    }
}
