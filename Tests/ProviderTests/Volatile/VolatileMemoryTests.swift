import JOSE
import Testing

@testable import Provider

struct VolatileMemoryTests {
    private let store = VolatileMemory(capacity: 100)
    private let now = Timestamp(seconds: 1_800_000_000)
    private let key = VolatileKey("kind", "1")

    @Test func `a value is there until its time, replaced by the next, and gone when removed`() {
        store.set(key, to: [1], until: now + 10, at: now)
        #expect(store.value(key, at: now + 9) == [1])
        #expect(store.value(key, at: now + 10) == nil)
        store.set(key, to: [2], until: now + 20, at: now)
        #expect(store.value(key, at: now + 10) == [2])
        store.remove(key)
        #expect(store.value(key, at: now) == nil)
    }

    @Test func `a value of one kind is none of another`() {
        store.set(key, to: [1], until: now + 10, at: now)
        #expect(store.value(VolatileKey("other", "1"), at: now) == nil)
        #expect(VolatileKey("a", "b:c") != VolatileKey("b", "a:c"))
    }

    @Test func `what is too long or already over takes the place of nothing, and what it was to replace is gone`() {
        let long = [UInt8](repeating: 0, count: VolatileKey.longestValue + 1)
        for (value, expiry) in [(long, now + 10), ([1], now)] {
            store.set(key, to: [9], until: now + 10, at: now)
            store.set(key, to: value, until: expiry, at: now)
            #expect(store.value(key, at: now) == nil)
        }
        store.set(key, to: Array(long.dropLast()), until: now + 10, at: now)
        #expect(store.value(key, at: now)?.count == VolatileKey.longestValue)
    }

    @Test func `it never holds more than its capacity`() {
        for number in 0..<1000 { store.set(VolatileKey("kind", "\(number)"), to: [1], until: now + 10, at: now) }
        #expect((0..<1000).count { store.value(VolatileKey("kind", "\($0)"), at: now) != nil } <= 100)
    }
}
