package import JOSE
package import OAuth
package import Provider
import Synchronization

/// The documents of clients' hosts, as a test puts them there.
package final class TestDocuments: RemoteDocuments {
    /// What a host does when it is asked.
    package enum Answer: Sendable {
        case bytes([UInt8])
        case failure(String)
        /// Answers when the test says so.
        case waiting(Task<Void, Never>, [UInt8])

        package static func json(_ json: JSON) -> Answer { .bytes(json.encoded()) }
    }

    private struct State {
        var answers: [String: Answer] = [:]
        var asked: [String: Int] = [:]
        var cacheControl: [String: String] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Answers for `url` from now on.
    package func put(_ answer: Answer?, at url: String, cacheControl: String? = nil) {
        state.withLock { ($0.answers[url], $0.cacheControl[url]) = (answer, cacheControl) }
    }

    /// How often `url` was asked for.
    package func count(_ url: String) -> Int { state.withLock { $0.asked[url] ?? 0 } }

    package func document(at url: WebAddress) async throws(RemoteDocumentError) -> RemoteDocument {
        let (answer, cacheControl) = state.withLock { state in
            state.asked[url.description, default: 0] += 1
            return (state.answers[url.description], state.cacheControl[url.description])
        }
        switch answer {
        case .bytes(let bytes): return RemoteDocument(bytes, cacheControl: cacheControl)
        case .waiting(let task, let bytes):
            await task.value
            return RemoteDocument(bytes, cacheControl: cacheControl)
        case .failure(let reason): throw RemoteDocumentError(reason)
        case nil: throw RemoteDocumentError("nothing is there", isAnswer: true)
        }
    }

    package func mayReach(_ address: NetworkAddress) -> Bool { address.isPublic }
}
