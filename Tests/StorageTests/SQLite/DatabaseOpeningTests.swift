import Glibc
@testable import Storage
import Testing

struct DatabaseOpeningTests {
    private let temporary: TemporaryDatabase

    init() throws {
        temporary = try TemporaryDatabase()
    }

    static let pragmas: [(name: String, value: String)] = [
        ("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("trusted_schema", "0"),
        ("wal_autocheckpoint", "0"),
    ]

    @Test(arguments: pragmas)
    func `every connection has the settings`(name: String, value: String) async throws {
        let owner = try temporary.open()
        let guest = try temporary.open(Database.Options(role: .guest))
        for database in [owner, guest] {
            #expect(try await database.write { try $0.pragma(name) } == value)
            #expect(try database.read { try $0.pragma(name) } == value)
        }
    }

    @Test func `only the owner's writer gives up soon when another process writes`() async throws {
        let owner = try temporary.open()
        let guest = try temporary.open(Database.Options(role: .guest))
        #expect(try await owner.write { try $0.pragma("busy_timeout") } == "1500")
        #expect(try await guest.write { try $0.pragma("busy_timeout") } == "5000")
        #expect(try owner.read { try $0.pragma("busy_timeout") } == "5000")
    }

    @Test func `a setting that does not hold is refused`() async throws {
        let database = try temporary.open()
        let connection = try Connection.open(temporary.path, for: .guestWriting)
        #expect(throws: DatabaseError.setting(name: "journal_mode", wanted: "off", found: "wal")) {
            try connection.require("journal_mode", "off")
        }
        await database.close()
    }

    @Test func `files are made for the owner alone`() async throws {
        let database = try await temporary.openWithItems()
        #expect(temporary.mode(of: "") == 0o700)
        for name in ["", "-wal", "-shm", ".lock", ".checkpoint"] {
            #expect(temporary.mode(of: "/martlet.db" + name) == 0o600)
        }
        await database.close()
    }

    @Test(arguments: ["/data/a", "/data/a/b/c", "/data//a/", "/other/b"])
    func `missing folders are made for the owner alone, the others are left`(folders: String) throws {
        let data = temporary.folder + "/data"
        #expect(mkdir(data, 0o755) == 0)
        #expect(chmod(data, 0o755) == 0)
        #expect(throws: Never.self) { try Database(path: temporary.folder + folders + "/martlet.db") }
        #expect(temporary.mode(of: "") == 0o755)
        var made = ""
        for name in folders.split(separator: "/") {
            made += "/" + name
            if made != "/data" { #expect(temporary.mode(of: "/.." + made) == 0o700) }
        }
    }

    @Test func `a folder that cannot be made is told`() throws {
        let file = temporary.folder + "/data"
        close(open(file, O_CREAT | O_WRONLY, 0o600))
        let error = #expect(throws: DatabaseError.self) { try Database(path: file + "/a/b/martlet.db") }
        guard case .cannotOpen(let path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == file + "/a/b")
    }

    @Test(arguments: ["", "-wal", ".checkpoint"], [0o640, 0o602, 0o604, 0o620] as [mode_t])
    func `a file that others can get at is refused`(suffix: String, mode: mode_t) async throws {
        var database: Database? = try await temporary.openWithItems()
        try await database?.insert(1)
        if suffix.isEmpty { await database?.close() }
        let path = temporary.path + suffix
        #expect(chmod(path, mode) == 0)
        for role in [Database.Role.owner, .guest] {
            let error = #expect(throws: DatabaseError.self) { try temporary.open(Database.Options(role: role)) }
            #expect(error == .permissions(path: path))
            #expect(error?.description.contains("chmod 600 \(path)") == true)
        }
        #expect(chmod(path, 0o600) == 0)
        await database?.close()
        database = nil
        #expect(throws: Never.self) { try temporary.open() }
    }

    @Test func `a second owner is refused and told who is first`() async throws {
        let first = try temporary.open()
        let error = #expect(throws: DatabaseError.self) { try temporary.open() }
        #expect(error == .locked(path: temporary.path, process: getpid()))
        await first.close()
        #expect(throws: Never.self) { try temporary.open() }
    }

    @Test func `a symbolic link is no second lock`() throws {
        let first = try temporary.open()
        let link = temporary.folder + "/other.db"
        #expect(symlink(temporary.path, link) == 0)
        defer { unlink(link) }
        #expect(throws: DatabaseError.locked(path: temporary.path, process: getpid())) { try Database(path: link) }
        withExtendedLifetime(first) {}
    }

    @Test func `a lock file left by a dead process does not block`() throws {
        #expect(mkdir(temporary.folder + "/data", 0o700) == 0)
        let descriptor = open(temporary.path + ".lock", O_CREAT | O_WRONLY, 0o600)
        #expect(write(descriptor, "999999\n", 7) == 7)
        close(descriptor)
        #expect(throws: Never.self) { try temporary.open() }
    }

    @Test func `the lock dies with its database even when it was not closed`() throws {
        var database: Database? = try temporary.open()
        #expect(database != nil)
        database = nil
        #expect(throws: Never.self) { try temporary.open() }
    }

    @Test func `a guest sees the owner's rows and adds its own`() async throws {
        let owner = try await temporary.openWithItems()
        try await owner.insert(1)
        let guest = try temporary.open(Database.Options(role: .guest))
        #expect(try guest.itemCount() == 1)
        try await guest.insert(2)
        #expect(try owner.itemCount() == 2)
        await guest.close()
        try await owner.insert(3)
        #expect(try owner.itemCount() == 3)
        await owner.close()
    }

    @Test func `a guest creates nothing`() throws {
        let error = #expect(throws: DatabaseError.self) { try temporary.open(Database.Options(role: .guest)) }
        guard case .cannotOpen = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(temporary.mode(of: "") == nil)
    }

    @Test func `a guest refuses to run beside a server that takes no lock for its checkpoints`() async throws {
        let owner = try temporary.open()
        #expect(unlink(temporary.path + ".checkpoint") == 0)
        let error = #expect(throws: DatabaseError.self) { try temporary.open(Database.Options(role: .guest)) }
        guard case .cannotOpen(let path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == temporary.path + ".checkpoint")
        #expect(temporary.mode(of: "/martlet.db.checkpoint") == nil)
        await owner.close()
    }

    @Test func `a file that is no database is refused`() throws {
        #expect(mkdir(temporary.folder + "/data", 0o700) == 0)
        let text = [UInt8](repeating: 120, count: 8192)
        let descriptor = open(temporary.path, O_CREAT | O_WRONLY, 0o600)
        #expect(write(descriptor, text, text.count) == text.count)
        close(descriptor)
        let error = #expect(throws: DatabaseError.self) { try temporary.open() }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `closing keeps the rows and refuses what comes after`() async throws {
        let database = try await temporary.openWithItems()
        try await database.insert(1)
        await database.close()
        let refused = DatabaseError.unavailable("the database is closed")
        await #expect(throws: refused) { try await database.insert(2) }
        #expect(throws: refused) { try database.itemCount() }
        #expect(!database.enqueue { _ in })
        #expect(temporary.mode(of: "/martlet.db-wal") == nil)
        #expect(try temporary.open().itemCount() == 1)
    }
}
