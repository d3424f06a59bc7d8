import Foundation
import Logging
import TestSupport

@testable import RedisCache

/// A real `redis-server` on a port of its own, keeping nothing on the disk. It ends when its standard input does, and so never
/// outlives the tests.
final class RedisServer {
    struct Failure: Error {}

    let port: Int
    private let folder: ScratchFolder
    private let process: ChildProcess
    private let pid: pid_t

    /// Takes a free port, or `port` when given.
    init(port: Int? = nil, password: String? = nil) throws {
        let port = try port ?? Self.freePort()
        self.port = port
        folder = try ScratchFolder()
        let settings = ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        let script = "redis-server \"$@\" > /dev/null & echo $!; cat > /dev/null; kill -9 $!"
        process = try ChildProcess(
            "/bin/sh",
            ["-c", script, "redis"] + settings + ["--dir", folder.path]
                + (password.map { ["--requirepass", $0] } ?? [])
        )
        guard let line = process.line(), let pid = pid_t(String(decoding: line, as: UTF8.self)) else { throw Failure() }
        self.pid = pid
    }

    deinit {
        end()
    }

    /// Ends it as a crash does; nothing of it is left when this returns.
    func end() {
        process.end()
    }

    /// Leaves it its connections and takes its time away.
    func freeze() { kill(pid, SIGSTOP) }
    func thaw() { kill(pid, SIGCONT) }

    /// Has it run a command.
    func command(_ words: String...) async throws {
        let store = try await store()
        _ = await store.reply(to: words.map { Array($0.utf8) })
        await store.close()
    }

    /// A client of it that has its connection. It is patient: how long a reply may take is tested where it matters.
    func store(
        _ credentials: String = "",
        database: String = "",
        patience: Duration = .seconds(60)
    ) async throws -> RedisStore {
        let address = try RedisAddress("redis://\(credentials)127.0.0.1:\(port)\(database)")
        let store = RedisStore(address, patience: patience, logger: Logger(label: "test"))
        await store.isThereAtLast()
        return store
    }

    private static func freePort() throws -> Int {
        #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw Failure() }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

extension RedisStore {
    /// Waits until it answers; the time limit of a test ends what never comes.
    func isThereAtLast() async {
        while !(await isThere()) { try? await Task.sleep(for: .milliseconds(10)) }
    }
}
