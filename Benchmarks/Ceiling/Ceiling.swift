import Hummingbird
import Logging

/// The bare static route of the HTTP stack, as a ceiling for the figures of `make bench`: `ceiling [PORT]`.
@main
struct Ceiling {
    static func main() async throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 8099
        let router = Router()
        router.get("/") { _, _ in "ok" }
        var logger = Logger(label: "ceiling")
        logger.logLevel = .warning
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { _ in print("ceiling ready on \(port)") },
            logger: logger
        )
        try await application.runService()
    }
}
