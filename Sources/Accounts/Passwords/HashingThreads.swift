import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Threads of low priority for work that keeps a core busy, and a bounded line of work before them.
final class HashingThreads: Sendable {
    private struct Line {
        var waiting: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let line = Mutex(Line())
    private let arrivals = DispatchSemaphore(value: 0)
    private let count: Int
    private let waitingLimit: Int

    init(count: Int, waitingLimit: Int) {
        self.count = count
        self.waitingLimit = waitingLimit
    }

    /// Starts the threads, which live until `close`.
    func start() {
        for _ in 0..<count { startLowThread { self.work() } }
    }

    /// Puts a job in line. False when the line is full.
    func add(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isAdded = line.withLock { line in
            guard line.waiting.count < waitingLimit, !line.isClosed else { return false }
            line.waiting.append(job)
            return true
        }
        if isAdded { arrivals.signal() }
        return isAdded
    }

    /// Lets the threads end when the line is empty.
    func close() {
        line.withLock { $0.isClosed = true }
        for _ in 0..<count { arrivals.signal() }
    }

    private func work() {
        while true {
            arrivals.wait()
            // Nothing in line after a signal: it was the one of `close`.
            guard let job = line.withLock({ $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }) else { return }
            job()
        }
    }
}

/// How many cores this process may use at one time.
func coreCount() -> Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

private final class ThreadBody {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

#if canImport(Darwin)
private typealias ThreadArgument = UnsafeMutableRawPointer
#else
private typealias ThreadArgument = UnsafeMutableRawPointer?
#endif

private func startLowThread(_ body: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(ThreadBody(body))
    #if canImport(Darwin)
    var thread: pthread_t?
    #else
    var thread = pthread_t()
    #endif
    let status = pthread_create(&thread, nil, runLowThread, body.toOpaque())
    precondition(status == 0, "no thread for password hashing")
    #if canImport(Darwin)
    if let thread { pthread_detach(thread) }
    #else
    pthread_detach(thread)
    #endif
}

private func runLowThread(_ argument: ThreadArgument) -> UnsafeMutableRawPointer? {
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    #if canImport(Darwin)
    pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)
    // On Linux 0 is the calling thread, and its share of the cores is its own.
    #elseif canImport(Glibc)
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
    #else
    _ = setpriority(PRIO_PROCESS, 0, 10)
    #endif
    let pointer: UnsafeMutableRawPointer? = argument
    if let pointer { Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().run() }
    return nil
}
