import FoundationEssentials
import Provider
import Storage

/// Opens what administration commands work on, beside a running server or without one.
enum Administration {
    /// Runs `body` on the stores of the database that `folders` names. A running server notices changes at the next request. With
    /// `create`, a missing database is made; else it is refused, for it is most likely a mistyped path.
    static func withStores<Result>(
        _ folders: FolderOptions,
        create: Bool = false,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (Stores) async throws -> Result
    ) async throws -> Result {
        let sources = try await folders.sources()
        let path = try DatabasePath(sources).path
        guard create || FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure("there is no database at \(path): is --data right?")
        }
        let stores: Stores
        do {
            stores = try await Stores.open(path: path, at: SystemClock.now())
        } catch DatabaseError.locked {
            // A server runs; work beside it.
            stores = try await Stores.open(path: path, options: .init(role: .guest), at: SystemClock.now())
        }
        do {
            let result = try await body(stores)
            await stores.database.close()
            return result
        } catch {
            await stores.database.close()
            throw error
        }
    }

    /// What the server that ran last knew of the spread of its keys, with the times that it works by; before the first start, the
    /// times that `folders` lead to.
    static func keyEvidence(_ folders: FolderOptions) async throws -> KeyEvidence {
        if let evidence = try await keyFolder(folders).evidence() { return evidence }
        let rotation = try ServerConfiguration.keyRotation(await folders.sources())
        return KeyEvidence(rotation: rotation, published: [:], fetchers: [])
    }

    /// The folder of the keys that `folders` names.
    static func keyFolder(_ folders: FolderOptions) async throws -> KeyFolder {
        KeyFolder(try await folders.sources().text("keys") ?? "./keys")
    }
}
