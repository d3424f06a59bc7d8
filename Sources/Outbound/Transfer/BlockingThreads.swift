import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A few threads for calls that block, so that none ever holds a thread of Swift's cooperative pool.
///
/// A thread lives while there is work and ends when the queue is empty: mail is rare, a thread start costs microseconds.
final class BlockingThreads: Sendable {
    private struct Work {
        var waiting: [@Sendable () -> Void] = []
        var running = 0
    }

    private let work = Mutex(Work())
    private let limit: Int

    /// - Parameter limit: the largest number of threads at one time; further jobs wait in order.
    init(limit: Int) {
        self.limit = limit
    }

    /// Runs a blocking job on a thread and gives its value. Cancelling the task raises the flag given to the job,
    /// which is expected to look at it; the job's value is awaited all the same.
    func value<Value: Sendable>(of job: @escaping @Sendable (Cancellation) -> Value) async -> Value {
        let cancellation = Cancellation()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                run { continuation.resume(returning: job(cancellation)) }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    private func run(_ job: @escaping @Sendable () -> Void) {
        let starts = work.withLock { work in
            guard work.running < limit else {
                work.waiting.append(job)
                return false
            }
            work.running += 1
            return true
        }
        guard starts else { return }
        startThread {
            job()
            while let next = self.next() { next() }
        }
    }

    private func next() -> (@Sendable () -> Void)? {
        work.withLock { work in
            guard work.waiting.isEmpty else { return work.waiting.removeFirst() }
            work.running -= 1
            return nil
        }
    }
}

/// A flag that a task raises and a blocking call looks at.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() { flag.store(true, ordering: .relaxed) }
}

/// Starts a detached thread on which every signal is blocked: a peer that closes its socket must give an error
/// (`EPIPE`) and not the death of the process, and the process's own signals belong to other threads.
func startThread(_ body: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(ThreadBody(run: body))
    #if canImport(Darwin)
    var thread: pthread_t?
    #else
    var thread = pthread_t()
    #endif
    let status = pthread_create(&thread, nil, runThreadBody, body.toOpaque())
    guard status == 0 else {
        // No thread to be had: late is better than never.
        body.takeRetainedValue().run()
        return
    }
    #if canImport(Darwin)
    if let thread { pthread_detach(thread) }
    #else
    pthread_detach(thread)
    #endif
}

private final class ThreadBody {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

#if canImport(Darwin)
private typealias ThreadArgument = UnsafeMutableRawPointer
#else
private typealias ThreadArgument = UnsafeMutableRawPointer?
#endif

private func runThreadBody(_ argument: ThreadArgument) -> UnsafeMutableRawPointer? {
    var signals = sigset_t()
    sigfillset(&signals)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let pointer: UnsafeMutableRawPointer? = argument
    if let pointer { Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().run() }
    return nil
}
