import ArgumentParser

/// Ends a command with one clear line on standard error and exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// Runs `body`; whatever it throws becomes one line.
    static func explained<Result>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as ExitCode {
            throw error
        } catch {
            Terminal.progress("martlet: \(error)")
            throw ExitCode(1)
        }
    }
}
