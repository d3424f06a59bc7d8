#if Redis
import RedisCache
#endif

/// The Redis that the operator names. Builds without the trait `Redis` have none.
struct RedisSetting: Sendable {
    #if Redis
    let address: RedisAddress
    #endif

    /// nil when nobody names one. Throws `ConfigurationError` for a text that is no address, and in a build without the trait.
    init?(_ sources: ConfigurationSources) throws(ConfigurationError) {
        guard let url = sources.text("redis-url") else { return nil }
        #if Redis
        do {
            address = try RedisAddress(url)
        } catch {
            throw ConfigurationError("REDIS_URL must be redis://[:PASSWORD@]HOST[:PORT][/DB]: \(error)")
        }
        #else
        _ = url
        throw ConfigurationError(
            "REDIS_URL is set, and this martlet was built without Redis: take it away, or build with --traits Redis"
        )
        #endif
    }
}
