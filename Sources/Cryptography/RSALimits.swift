/// Which RSA keys are taken at all.
enum RSALimits {
    /// The lengths of a modulus that are taken.
    static let bits = 2048...4096

    /// The length of the modulus in bits; neither number has leading zeros.
    static func check(modulus: [UInt8], exponent: [UInt8]) throws(CryptographyError) -> Int {
        guard let first = modulus.first, let last = modulus.last else {
            throw CryptographyError(.invalidKey, "an empty modulus")
        }
        let bits = modulus.count * 8 - first.leadingZeroBitCount
        guard RSALimits.bits.contains(bits) else {
            throw CryptographyError(.weakKey, "a modulus of \(bits) bits, not 2048 to 4096")
        }
        guard last & 1 == 1 else { throw CryptographyError(.invalidKey, "an even modulus") }
        guard exponent.count <= 4 else { throw CryptographyError(.weakKey, "an exponent of more than 32 bits") }
        let value = exponent.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard value & 1 == 1, value >= 65537 else {
            throw CryptographyError(.weakKey, "an exponent that is even or below 65537")
        }
        guard !isROCA(modulus) else { throw CryptographyError(.weakKey, "a modulus with the ROCA fingerprint") }
        return bits
    }

    private static let primes = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
        109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]

    /// For each prime the residues that powers of 65537 take.
    private static let residues: [Set<Int>] = primes.map { prime in
        var (residues, power): (Set<Int>, Int) = ([], 1)
        while residues.insert(power).inserted { power = power * 65537 % prime }
        return residues
    }

    /// The weak generator made primes `k*M + 65537^a mod M`, so its moduli are powers of 65537 modulo every small
    /// prime (CVE-2017-15361). A sound modulus is that for all of them with a chance of about 2^-27 at most, and is
    /// told apart after a few primes.
    static func isROCA(_ modulus: [UInt8]) -> Bool {
        for (index, prime) in primes.enumerated() {
            let remainder = modulus.reduce(0) { ($0 << 8 | Int($1)) % prime }
            if !residues[index].contains(remainder) { return false }
        }
        return true
    }
}
