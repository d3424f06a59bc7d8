import Cryptography
import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

/// The phases of signing keys as a table over time.
struct KeyRotationTests {
    static let start = MovableClock.start
    static let rotation = KeyRotation(tokenLifetime: 3600)
    static let privateKeys = try! (0..<4).map { _ in try PrivateKey.generate(.ec(.p256)) }

    /// A key made `seconds` after the start, which signs from 300 seconds later on.
    static func key(_ index: Int, at seconds: Int64, _ algorithm: SignatureAlgorithm = .es256) throws -> SigningKey {
        try SigningKey(
            privateKeys[index],
            algorithm: algorithm,
            createdAt: start + seconds,
            usedFrom: start + seconds + 300
        )
    }

    struct Moment: Sendable, CustomTestStringConvertible {
        let time: Int64
        let phases: [KeyRotation.Phase]
        var testDescription: String { "\(time) s: \(phases.map(\.rawValue))" }
    }

    /// Keys made at 0, 10,000 and 20,000 s. A key signs 300 s after it was made, and what it signed is good for an hour and
    /// a minute after its follower signs.
    @Test(arguments: [
        Moment(time: -100, phases: [.current, .next, .next]), Moment(time: 0, phases: [.current, .next, .next]),
        Moment(time: 300, phases: [.current, .next, .next]), Moment(time: 10_299, phases: [.current, .next, .next]),
        Moment(time: 10_300, phases: [.previous, .current, .next]),
        Moment(time: 13_959, phases: [.previous, .current, .next]),
        Moment(time: 13_960, phases: [.retired, .current, .next]),
        Moment(time: 20_299, phases: [.retired, .current, .next]),
        Moment(time: 20_300, phases: [.retired, .previous, .current]),
        Moment(time: 23_959, phases: [.retired, .previous, .current]),
        Moment(time: 23_960, phases: [.retired, .retired, .current]),
        Moment(time: 1_000_000, phases: [.retired, .retired, .current]),
    ])
    func `each key goes through its phases once`(at moment: Moment) throws {
        let keys = try [Self.key(0, at: 0), Self.key(1, at: 10_000), Self.key(2, at: 20_000)]
        let now = Self.start + moment.time
        #expect(keys.map { Self.rotation.phase(of: $0, among: keys, at: now) } == moment.phases)
        #expect(Self.rotation.current(keys, .es256, at: now)?.kid == keys[moment.phases.firstIndex(of: .current)!].kid)
        let signing = SigningKeys(keys, rotation: Self.rotation)
        let published = zip(keys, moment.phases).filter { $1 != .retired }.map(\.0.kid)
        #expect(signing.published(at: now).map(\.kid) == published)
    }

    @Test func `there is exactly one current key at any time, and the order of the list does not matter`() throws {
        let keys = try [Self.key(0, at: 0), Self.key(1, at: 100), Self.key(2, at: 5000), Self.key(3, at: 5001)]
        for time in stride(from: Int64(-1000), to: 20_000, by: 37) {
            let now = Self.start + time
            let current = keys.filter { Self.rotation.phase(of: $0, among: keys, at: now) == .current }
            #expect(current.count == 1)
            let reversed = Array(keys.reversed())
            for key in keys {
                #expect(
                    Self.rotation.phase(of: key, among: reversed, at: now)
                        == Self.rotation.phase(of: key, among: keys, at: now)
                )
            }
        }
    }

    @Test func `a key that was never used stays next, and nothing before it retires`() throws {
        let waiting = try SigningKey(Self.privateKeys[1], algorithm: .es256, createdAt: Self.start + 10)
        let keys = try [Self.key(0, at: 0), waiting]
        for time in [Int64(10), 300, 100_000, 10_000_000] {
            let now = Self.start + time
            #expect(keys.map { Self.rotation.phase(of: $0, among: keys, at: now) } == [.current, .next])
        }
    }

    @Test
    func `a key that is overtaken before its turn never signs, and the first follower in use ends the one before`()
        throws
    {
        let waiting = try SigningKey(Self.privateKeys[1], algorithm: .es256, createdAt: Self.start + 10)
        let keys = try [Self.key(0, at: 0), waiting, Self.key(2, at: 20)]
        let phases = { (time: Int64) in
            keys.map { Self.rotation.phase(of: $0, among: keys, at: Self.start + time) }
        }
        #expect(phases(319) == [.current, .next, .next])
        #expect(phases(320) == [.previous, .previous, .current])
        #expect(phases(320 + 3660) == [.retired, .retired, .current])
    }

    @Test func `what the keys do is worked out anew when the clock goes back`() throws {
        let keys = SigningKeys(try [Self.key(0, at: 0), Self.key(1, at: 10_000)], rotation: Self.rotation)
        for (time, index) in [(Int64(0), 0), (10_300, 1), (10_299, 0), (50_000, 1), (-5, 0)] {
            let expected = Self.privateKeys[index].publicKey.thumbprint
            #expect(try keys.current(.es256, at: Self.start + time).kid == expected)
            #expect(keys.key(expected, at: Self.start + time) != nil)
        }
        #expect(keys.published(at: Self.start + 50_000).count == 1)
        #expect(keys.published(at: Self.start + 10_300).count == 2)
    }

    @Test func `keys of other algorithms do not matter`() throws {
        let p384 = try SigningKey(PrivateKey.generate(.ec(.p384)), algorithm: .es384, createdAt: Self.start + 50)
        let keys = try [Self.key(0, at: 0), p384]
        let now = Self.start + 100_000
        #expect(keys.map { Self.rotation.phase(of: $0, among: keys, at: now) } == [.current, .current])
        #expect(Self.rotation.current([p384], .es256, at: now) == nil)
        #expect(SigningKeys(keys.reversed(), rotation: Self.rotation).algorithms(at: now) == [.es256, .es384])
    }

    @Test func `without a key of the algorithm nothing can be signed`() throws {
        let keys = SigningKeys([], rotation: Self.rotation)
        #expect(throws: JOSEError.self) { try keys.current(.es256, at: Self.start) }
        #expect(keys.published(at: Self.start).isEmpty)
        #expect(keys.algorithms(at: Self.start).isEmpty)
        #expect(keys.key("x", at: Self.start) == nil)
        #expect(keys.key(nil, at: Self.start) == nil)
        #expect(throws: JOSEError.self) { try Self.key(0, at: 0, .es384) }
    }
}
