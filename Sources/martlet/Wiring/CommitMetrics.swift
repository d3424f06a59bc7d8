import Metrics

/// Counts the commits of the database, and the writes that share one.
struct CommitMetrics: Sendable {
    private let commits = Counter(label: "martlet_database_commits_total")
    private let writes = Counter(label: "martlet_database_writes_total")
    private let batch = Recorder(label: "martlet_database_writes_per_commit", aggregate: true)
    private let duration = Timer(label: "martlet_database_commit_duration_seconds")

    @Sendable func record(writes count: Int, seconds: Double) {
        commits.increment()
        writes.increment(by: count)
        batch.record(count)
        duration.recordNanoseconds(Int64(seconds * 1e9))
    }
}
