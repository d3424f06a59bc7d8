import Cryptography
import Logging
import Provider
import Storage
import Web

#if Redis
import RedisCache
#endif

/// The place for what may be lost: a Redis where one is configured, sealed, else the memory of the process.
struct VolatileValues: Sendable {
    /// For the records of faces.
    let store: any VolatileStore
    /// Where the sessions that memory has no room for are looked for; nil without a Redis.
    let sharedReads: SharedReads?
    /// What `/health` says of it; nothing without a Redis.
    let health: [HealthRoute.Check]

    /// How many values memory has room for, of 16 KiB at most.
    private static let capacity = 16_384

    init(_ configuration: ServerConfiguration, sealing: SealingKey, random: any RandomSource, logger: Logger) {
        #if Redis
        if let setting = configuration.redis {
            let redis = RedisStore(setting.address, logger: logger)
            let sealed = SealedVolatileStore(redis, sealing: sealing, random: random)
            store = sealed
            sharedReads = SharedReads(sealed, run: Hexadecimal.encode(random.bytes(16)))
            health = [HealthRoute.Check("redis", isNeeded: false) { await redis.isThere() }]
            return
        }
        #endif
        store = VolatileMemory(capacity: Self.capacity)
        sharedReads = nil
        health = []
    }
}
