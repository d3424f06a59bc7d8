import ArgumentParser

/// `martlet options`: every setting of the server.
struct Options: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List every setting of the server.",
        discussion: "Example: martlet options --markdown"
    )

    @Flag(help: "As the table of the README.")
    var markdown = false

    func run() {
        if markdown {
            print(ConfigurationOption.markdown)
        } else {
            Terminal.print(
                ConfigurationOption.all.map { ["--\($0.name)", $0.environmentName, $0.standard, $0.meaning] },
                header: ["FLAG", "ENVIRONMENT", "DEFAULT", "MEANING"]
            )
        }
    }
}
