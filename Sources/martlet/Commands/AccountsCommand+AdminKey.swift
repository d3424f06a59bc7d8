import Accounts
import ArgumentParser
import Cryptography
import Storage

extension AccountsCommand {
    struct AdminKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new one-time key for an administrator; those before it are dead.",
            discussion: """
                POST /v1/users with the printed header makes an account that may administer every account.
                Example: martlet accounts admin-key
                """
        )

        @OptionGroup var folders: FolderOptions

        func run() async throws {
            try await CommandFailure.explained {
                let key = Accounts.AdminKey(random: SystemRandom())
                try await Administration.withStores(folders) { try await $0.signUps.file(key, at: SystemClock.now()) }
                print("X-Auth-Token: \(key.text)")
            }
        }
    }
}
