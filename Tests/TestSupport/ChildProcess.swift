#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

import Synchronization

/// A program that a test runs beside itself, with a pipe at its standard input and one at its standard output. It sees the end of
/// its input as soon as the test closes it or ends; no other descriptor of the test reaches it.
///
/// Foundation's `Process` is not used: before Swift 6.4 its `run` reads beyond a directory entry of `/proc/self/fd` on Linux, which
/// ends a process that has some thousand descriptors open, as this test program does.
package final class ChildProcess {
    /// Held from the making of the pipes to the start: no other child inherits an end of them.
    private static let starting = Mutex(())

    private let id: pid_t
    private var input: Int32?
    private let output: Int32
    private var unread: [UInt8] = []
    private var isOver = false

    /// Starts `program`, an absolute path, with `arguments` after its name and the environment of the test.
    ///
    /// Throws `ChildProcessError` when the system refuses.
    package init(_ program: String, _ arguments: [String]) throws {
        (id, input, output) = try Self.starting.withLock { _ in
            let (childInput, input) = try Self.pipe()
            defer { close(childInput) }
            let (output, childOutput) = try Self.pipe()
            defer { close(childOutput) }
            let id = try Self.start([program] + arguments, input: childInput, output: childOutput)
            return (id, input, output)
        }
    }

    deinit {
        end()
        close(output)
    }

    /// The next line of its output without the line feed, or nil when it has closed it; waits for one.
    package func line() -> [UInt8]? {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                defer { unread = Array(unread[(end + 1)...]) }
                return Array(unread[..<end])
            }
            var more = [UInt8](repeating: 0, count: 4_096)
            let count = read(output, &more, more.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            unread += more[..<count]
        }
    }

    /// Closes its standard input; whoever reads it to its end then ends.
    package func closeInput() {
        if let input { close(input) }
        input = nil
    }

    /// Closes its standard input and waits until it is gone.
    package func end() {
        closeInput()
        guard !isOver else { return }
        isOver = true
        while waitpid(id, nil, 0) < 0, errno == EINTR {}
    }

    private static func start(_ words: [String], input: Int32, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        // Sockets of the tests that are open now would stay open as long as the child runs: libcurl's are inherited.
        for descriptor in (STDERR_FILENO + 1)..<min(getdtablesize(), 8_192) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        let arguments = words.map { strdup($0) }
        defer { arguments.forEach { free($0) } }
        var id = pid_t()
        let code = posix_spawn(&id, words[0], &actions, nil, arguments + [nil], environ)
        guard code == 0 else { throw ChildProcessError(code: code) }
        return id
    }

    /// The reading and the writing end, which close when a program starts.
    private static func pipe() throws -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        #if canImport(Glibc)
        let code = Glibc.pipe(&ends)
        #elseif canImport(Musl)
        let code = Musl.pipe(&ends)
        #else
        let code = Darwin.pipe(&ends)
        #endif
        guard code == 0 else { throw ChildProcessError(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}

/// A program could not be started; `code` is the system's `errno`.
package struct ChildProcessError: Error {
    package let code: Int32
}
