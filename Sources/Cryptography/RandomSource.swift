import COpenSSL

/// Where unpredictable bytes come from; a value, so that tests can supply a seeded one.
package protocol RandomSource: Sendable {
    /// `count` fresh bytes.
    func bytes(_ count: Int) -> [UInt8]
}

/// OpenSSL's random generator, seeded by the kernel. Traps when it fails: no caller can go on without randomness.
package struct SystemRandom: RandomSource {
    package init() {}

    package func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard RAND_bytes(buffer.baseAddress, Int32(count)) == 1 else { fatalError("no randomness") }
            filled = count
        }
    }
}
