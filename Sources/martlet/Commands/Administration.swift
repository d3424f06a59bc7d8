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

    /// When keys change hands, by the settings that `folders` lead to.
    static func keyRotation(_ folders: FolderOptions) async throws -> KeyRotation {
        var settings = Settings(issuer: "")
        settings.accessTokenLifetime = Int64(try ServerConfiguration.accessTokenLifetime(await folders.sources()))
        return KeyRotation(tokenLifetime: settings.longestTokenLifetime)
    }

    /// The folder of the keys that `folders` names.
    static func keyFolder(_ folders: FolderOptions) async throws -> KeyFolder {
        KeyFolder(try await folders.sources().text("keys") ?? "./keys")
    }
}
