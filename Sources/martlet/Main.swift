import ArgumentParser

/// The command line: the server, its administration, and the user's side of the protocol.
@main
struct Martlet: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "An OAuth 2.0 authorization server and OpenID provider in one binary.",
        discussion: """
            Start a server to try things with:
              martlet serve --dev

            Get an account and a token from it, in another terminal:
              martlet register --email ada@example.com --name "Ada Lovelace"
              martlet token
              martlet userinfo
            """,
        version: version,
        groupedSubcommands: [
            CommandGroup(name: "Server", subcommands: [Serve.self, Check.self, Explain.self, Options.self]),
            CommandGroup(
                name: "Administration",
                subcommands: [
                    KeysCommand.self, ClientsCommand.self, AccountsCommand.self, PlanCommand.self, ApplyCommand.self,
                    DriftCommand.self,
                ]
            ),
            CommandGroup(name: "User", subcommands: [Register.self, Token.self, UserInfoCommand.self]),
        ]
    )
}
