import ArgumentParser
import JOSE
import Storage

/// `martlet explain`: why a request was refused.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say why a request was refused: the failed check, what it wanted and what it saw.",
        discussion: """
            The id is in the X-Request-Id field of the reply. The newest 10,000 refusals are kept.
            Example: martlet explain 5f2a91c0-1z
            """
    )

    @Argument(help: "The X-Request-Id of the refused request.")
    var requestID: String
    @OptionGroup var folders: FolderOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await CommandFailure.explained {
            let entry = try await Administration.withStores(folders) { stores in
                try stores.refusals.entries(requestID: requestID).first
            }
            guard let entry else {
                throw CommandFailure(
                    "no refusal is kept under \(requestID): it succeeded, or is older than the newest 10,000"
                )
            }
            if json { Terminal.print(entry.json) } else { print(entry.text) }
        }
    }
}

extension RecordedRefusal {
    fileprivate var json: JSON {
        [
            "request_id": .string(requestID), "time": .string(SystemClock.text(time)), "endpoint": .string(endpoint),
            "error": .string(error), "check": .string(failed.check), "expected": .string(failed.expected),
            "seen": .string(failed.seen),
        ]
    }

    fileprivate var text: String {
        """
        \(requestID)  \(SystemClock.text(time))  \(Terminal.printable(endpoint))
        refused with  \(error)
        failed check  \(failed.check)
        expected      \(Terminal.printable(failed.expected))
        seen          \(Terminal.printable(failed.seen))
        """
    }
}
