import ArgumentParser
import Testing

@testable import martlet

struct ConfigurationOptionTests {
    /// The long flags that `serve` takes, read from its own help.
    private static let flags: Set<String> = {
        let help = Serve.helpMessage(includeHidden: true)
        let listed = help.split(separator: "\n").flatMap { $0.split { " ,[]<>".contains($0) } }
            .filter { $0.hasPrefix("--") && $0.count > 2 }
        return Set(listed.map { String($0.prefix { $0.isLetter || $0 == "-" }) })
    }()

    @Test func `the table of the README names every flag of the server and no other`() {
        let named = ConfigurationOption.markdown.split(separator: "\n").dropFirst(2).map { row in
            String(row.split(separator: "`")[1])
        }
        #expect(Set(named).count == named.count)
        #expect(Set(named) == Self.flags.subtracting(["--config", "--help", "--version"]))
    }

    @Test func `each row of the table has its environment names, default and meaning`() {
        let rows = ConfigurationOption.markdown.split(separator: "\n").dropFirst(2)
        #expect(rows.count == ConfigurationOption.all.count)
        for (row, option) in zip(rows, ConfigurationOption.all) {
            for part in [option.environmentName, option.alias ?? "", option.standard, option.meaning] {
                #expect(row.contains(part) || part.isEmpty)
            }
            #expect(row.filter { $0 == "|" }.count == 5)
        }
    }

    @Test(arguments: [
        ("port", "MARTLET_PORT", nil), ("rate-limits", "MARTLET_RATE_LIMITS", nil),
        ("database-url", "MARTLET_DATABASE_URL", "DATABASE_URL"), ("jwt-secret", "MARTLET_JWT_SECRET", "JWT_SECRET"),
        ("smtp-host", "MARTLET_SMTP_HOST", "SMTP_HOST"), ("smtp-username", "MARTLET_SMTP_USERNAME", "SMTP_USERNAME"),
        ("smtp-password", "MARTLET_SMTP_PASSWORD", "SMTP_PASSWORD"),
    ])
    func `the names of the seed are kept beside ours`(name: String, environment: String, alias: String?) throws {
        let option = try #require(ConfigurationOption.all.first { $0.name == name })
        #expect(option.environmentName == environment)
        #expect(option.alias == alias)
        #expect(option.isSecret == ["jwt-secret", "smtp-password"].contains(name))
    }
}
