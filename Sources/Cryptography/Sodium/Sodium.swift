import CSodium

/// The start of libsodium, done once by whoever touches `ready` first: before it the library runs its portable, slow
/// implementations and is not safe to share between threads.
enum Sodium {
    static let ready: Void = {
        // It fails where the system gives no randomness; nothing that was made here could then be trusted, so nothing is.
        guard sodium_init() >= 0 else { fatalError("libsodium does not start") }
    }()
}

/// Overwrites secret bytes with zeros in a way that no optimiser removes. Copies of the array that share its storage
/// keep theirs.
package func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { buffer in
        if let start = buffer.baseAddress { sodium_memzero(start, buffer.count) }
    }
}

extension [UInt8] {
    /// Calls `body` with the bytes as C characters, at an address even where there are none. No zero byte follows.
    func withCharacters<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (isEmpty ? [0] : self).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { body($0.baseAddress!) }
        }
    }
}
