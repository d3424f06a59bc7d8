import JOSE
import OAuth
import TestSupport
import Testing

@testable import Provider

struct BoundedCacheTests {
    @Test(arguments: [1, 2, 10, 1000])
    func `a cache never holds more than its capacity`(capacity: Int) {
        let cache = BoundedCache<Int, Int>(capacity: capacity)
        for key in 0..<(capacity * 5) {
            cache[key] = key
            #expect(cache[key] == key)
        }
        let kept = (0..<(capacity * 5)).filter { cache[$0] != nil }
        #expect(kept.count <= max(capacity, 2))
        #expect(!kept.isEmpty)
    }

    @Test func `what is used stays, what is not goes`() {
        let cache = BoundedCache<Int, Int>(capacity: 100)
        cache[-1] = 7
        for key in 0..<1000 {
            cache[key] = key
            if key.isMultiple(of: 10) { #expect(cache[-1] == 7) }
        }
        #expect(cache[-1] == 7)
        #expect(cache[0] == nil)
    }

    @Test func `a value is replaced, and taken out of both generations`() {
        let cache = BoundedCache<String, Int>(capacity: 4)
        cache["a"] = 1
        cache["b"] = 1
        cache["c"] = 1
        #expect(cache["a"] == 1)
        cache["a"] = 2
        #expect(cache["a"] == 2)
        cache["a"] = nil
        #expect(cache["a"] == nil)
    }
}
