import Dispatch
import FoundationEssentials
import Glibc
import Storage

/// A database file in a folder of its own, removed with this value.
final class TemporaryDatabase: Sendable {
    let folder: String
    var path: String { folder + "/data/martlet.db" }

    init() throws {
        var template = Array("/tmp/martlet-storage-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw DatabaseError.cannotOpen(path: "/tmp", reason: "no folder") }
        folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Opens it. Writes may wait a minute, so that a slow machine fails no test that holds the writer.
    func open(_ options: Database.Options = Database.Options()) throws -> Database {
        var options = options
        options.patience = .seconds(60)
        return try Database(path: path, options: options)
    }

    /// Opens it as owner, with one table `item (id INTEGER PRIMARY KEY, name TEXT)`.
    func openWithItems(_ options: Database.Options = Database.Options()) async throws -> Database {
        let database = try open(options)
        try await database.write {
            try $0.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
        }
        return database
    }

    /// The permission bits of a file in the folder.
    func mode(of name: String) -> mode_t? {
        var status = stat()
        return lstat(folder + "/data" + name, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    /// The bytes of a file in the folder, 0 when there is none.
    func size(of name: String) -> Int {
        var status = stat()
        return lstat(folder + "/data" + name, &status) == 0 ? Int(status.st_size) : 0
    }
}

/// Holds the writer in the middle of a transaction, so that what is queued meanwhile becomes one batch.
struct Gate: Sendable {
    private let opened = DispatchSemaphore(value: 0)
    private let entered = DispatchSemaphore(value: 0)

    /// Returns once the writer stands in the gate, after it ran `body`.
    func hold(_ database: Database, _ body: @escaping @Sendable (Connection) throws -> Void = { _ in }) -> Bool {
        let isQueued = database.enqueue { connection in
            try body(connection)
            entered.signal()
            opened.wait()
        }
        if isQueued { entered.wait() }
        return isQueued
    }

    func open() {
        opened.signal()
    }
}

extension Database {
    /// Waits until so many writes are queued.
    func untilWaiting(_ count: Int) async {
        while waitingWrites < count { await Task.yield() }
    }

    func itemCount() throws -> Int64? {
        try read { try $0.first("SELECT count(*) FROM item") { try $0.integer(0) } }
    }

    func insert(_ id: Int64, _ name: String = "a") async throws {
        try await write { try $0.execute("INSERT INTO item VALUES ($1, $2)", [.integer(id), .text(name)]) }
    }
}
