package import Cryptography
package import JOSE
import Synchronization

/// Nonces that clients sign, made and checked without a row in any store.
///
/// A challenge is one AES block (sequence number, time of issue) and a MAC over it, under keys that live
/// as long as this value: a restart forgets which challenges were used and with them every challenge that could have been.
/// Use is recorded as one bit for each sequence number, so the record is exact, cannot be flooded and never evicts.
package final class Challenges: Sendable {
    /// The header field that carries a fresh challenge with a refusal (the attestation-based client authentication draft, §8).
    package static let fieldName = "OAuth-Client-Attestation-Challenge"

    private let lifetime: Int64
    private let blockKey: [UInt8]
    private let codeKey: [UInt8]
    private let now: @Sendable () -> Timestamp
    private let issued = Atomic<UInt64>(0)
    /// The latest second seen: a clock that runs backwards revives nothing, and stops nothing.
    private let latest = Atomic<Int64>(0)
    private let used: Mutex<UsedSequences>

    /// What became of a challenge that a client sent back.
    package enum Redemption: Sendable, Equatable {
        case fresh
        /// Not made by this server in its present life.
        case foreign
        case stale
        case reused
    }

    /// `lifetime` in seconds.
    package init(lifetime: Int64, random: any RandomSource, now: @escaping @Sendable () -> Timestamp) {
        self.lifetime = lifetime
        self.now = now
        blockKey = random.bytes(32)
        codeKey = random.bytes(32)
        used = Mutex(UsedSequences(lifetime: lifetime))
    }

    /// A new challenge: 43 base64url characters. Throws only if OpenSSL fails.
    package func issue() throws(CryptographyError) -> String {
        let sequence = issued.add(1, ordering: .relaxed).oldValue
        var block: [UInt8] = []
        block.reserveCapacity(16)
        withUnsafeBytes(of: sequence.bigEndian) { block.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt64(clamping: moment()).bigEndian) { block.append(contentsOf: $0) }
        let hidden = try AESBlock.encrypt(block, key: blockKey)
        return Base64URL.encode(hidden + code(of: hidden))
    }

    /// Uses `challenge` up. Of any number of calls with one challenge, one answers `.fresh`.
    package func redeem(_ challenge: String) -> Redemption {
        guard let bytes = Base64URL.decode(challenge), bytes.count == 32 else { return .foreign }
        let hidden = Array(bytes[..<16])
        guard constantTimeEqual(Array(bytes[16...]), code(of: hidden)) else { return .foreign }
        guard let block = try? AESBlock.decrypt(hidden, key: blockKey) else { return .foreign }
        let sequence = block[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let issuedAt = Int64(clamping: block[8...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        let time = moment()
        return used.withLock { $0.use(sequence, issuedAt: issuedAt, now: time) }
    }

    private func moment() -> Int64 {
        latest.max(now().seconds, ordering: .relaxed).newValue
    }

    private func code(of block: [UInt8]) -> [UInt8] {
        Array(HMAC.code(block, key: codeKey)[..<16])
    }
}

/// One bit for each challenge that was handed out: taken or not. Bits are kept in pages that are dropped once every challenge
/// recorded in them is stale.
private struct UsedSequences {
    private static let bitsOfAPage: UInt64 = 4096
    private let lifetime: Int64
    private var pages: [UInt64: Page] = [:]
    private var nextSweep: Int64 = 0

    private struct Page {
        var words = [UInt64](repeating: 0, count: 64)
        var staleAt: Int64 = 0
    }

    init(lifetime: Int64) {
        self.lifetime = lifetime
    }

    mutating func use(_ sequence: UInt64, issuedAt: Int64, now: Int64) -> Challenges.Redemption {
        sweep(at: now)
        let staleAt = issuedAt + lifetime
        guard now < staleAt else { return .stale }
        let (number, bit) = sequence.quotientAndRemainder(dividingBy: Self.bitsOfAPage)
        let mask: UInt64 = 1 << (bit % 64)
        return modify(&pages[number, default: Page()]) { page in
            page.staleAt = max(page.staleAt, staleAt)
            guard page.words[Int(bit / 64)] & mask == 0 else { return .reused }
            page.words[Int(bit / 64)] |= mask
            return .fresh
        }
    }

    private func modify<Result>(_ page: inout Page, _ body: (inout Page) -> Result) -> Result {
        body(&page)
    }

    private mutating func sweep(at now: Int64) {
        guard now >= nextSweep else { return }
        nextSweep = now + 10
        pages = pages.filter { $0.value.staleAt > now }
    }
}
