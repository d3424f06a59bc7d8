import CCurl

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One libcurl transfer: the handle, the bytes it sends, and where the bytes it receives go.
///
/// Made, performed and dropped on one thread; it is not `Sendable`, and the callbacks run on that thread, inside
/// ``perform()``. Environment proxies, `.netrc` and signals are off for every transfer.
final class Transfer {
    /// Takes received bytes; `false` ends the transfer.
    typealias Receiver = (UnsafeRawBufferPointer) -> Bool

    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    private static let errorTextSize = Int(CURL_ERROR_SIZE)

    private let handle: UnsafeMutableRawPointer
    private let cancellation: Cancellation
    private let errorText: UnsafeMutablePointer<CChar>
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private var upload: [UInt8] = []
    private var uploaded = 0
    private var mayReach: (([UInt8]) -> Bool)?
    private var (addressesTaken, addressesRefused) = (0, 0)
    private var receiveBody: Receiver = { _ in true }
    private var receiveHeader: Receiver = { _ in true }

    /// - Parameters:
    ///   - schemes: the only URL schemes that libcurl may use, separated by commas.
    ///   - cancellation: looked at about once a second and at every progress.
    /// - Returns: nil when libcurl has no memory for a handle.
    init?(url: String, schemes: String, cancellation: Cancellation) {
        guard Self.isReady, let handle = curl_easy_init() else { return nil }
        self.handle = handle
        self.cancellation = cancellation
        errorText = .allocate(capacity: Self.errorTextSize)
        errorText.initialize(repeating: 0, count: Self.errorTextSize)
        _ = curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        set(CURLOPT_URL, to: url)
        set(CURLOPT_PROTOCOLS_STR, to: schemes)
        set(CURLOPT_PROXY, to: "")
        set(CURLOPT_NETRC, to: 0)
        set(CURLOPT_NOSIGNAL, to: 1)
        set(CURLOPT_NOPROGRESS, to: 0)
        set(CURLOPT_SSL_VERIFYPEER, to: 1)
        set(CURLOPT_SSL_VERIFYHOST, to: 2)
        set(CURLOPT_SSLVERSION, to: Int(CURL_SSLVERSION_TLSv1_2))
        connectCallbacks()
    }

    deinit {
        curl_easy_cleanup(handle)
        lists.forEach(curl_slist_free_all)
        errorText.deallocate()
    }

    /// The text that libcurl wrote about a failure, empty when it wrote none. It never holds a password.
    var failureText: String { String(cString: errorText) }

    /// The last status code of the peer: an HTTP status or an SMTP reply code, 0 before the first.
    var status: Int {
        var status = 0
        _ = curl_get_number(handle, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    func set(_ option: CURLoption, to value: Int) {
        precondition(curl_set_number(handle, option, value) == CURLE_OK, "libcurl refused option \(option.rawValue)")
    }

    func set(_ option: CURLoption, to value: String) {
        precondition(curl_set_text(handle, option, value) == CURLE_OK, "libcurl refused option \(option.rawValue)")
    }

    func set(_ option: CURLoption, to values: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for value in values { list = curl_slist_append(list, value) ?? list }
        guard let list else { return }
        lists.append(list)
        _ = curl_set_list(handle, option, list)
    }

    /// Whether addresses were refused, and none was left.
    var wasRefused: Bool { addressesRefused > 0 && addressesTaken == 0 }

    /// From now on only addresses that `mayReach` takes are connected to; it gets their 4 or 16 bytes. Asked with the address that
    /// the connection is then made to, so that no second look-up of the name can lead elsewhere.
    func connect(onlyTo mayReach: @escaping ([UInt8]) -> Bool) {
        self.mayReach = mayReach
        _ = curl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
        _ = curl_set_socket_function(handle) { owner, _, address in
            guard let address, Transfer.from(owner).takes(address) else { return CURL_SOCKET_BAD }
            let (family, type, number) = (address.pointee.family, address.pointee.socktype, address.pointee.protocol)
            return socket(family, type, number)
        }
    }

    private func takes(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Bool {
        guard let bytes = Self.bytes(of: address), mayReach?(bytes) ?? false else {
            addressesRefused += 1
            return false
        }
        addressesTaken += 1
        return true
    }

    /// nil for what is no address of the internet.
    private static func bytes(of address: UnsafeMutablePointer<curl_sockaddr>) -> [UInt8]? {
        let start = UnsafeRawPointer(address) + MemoryLayout<curl_sockaddr>.offset(of: \.addr)!
        switch address.pointee.family {
        case AF_INET: return withUnsafeBytes(of: start.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
        case AF_INET6: return withUnsafeBytes(of: start.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
        default: return nil
        }
    }

    /// Sets the bytes that are sent as the upload (a mail's text).
    func send(_ bytes: [UInt8]) {
        upload = bytes
        set(CURLOPT_UPLOAD, to: 1)
        _ = curl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(bytes.count))
    }

    /// Sets the bytes that are sent as the body of a POST.
    func post(_ bytes: [UInt8]) {
        set(CURLOPT_POST, to: 1)
        _ = curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
        guard !bytes.isEmpty else { return set(CURLOPT_COPYPOSTFIELDS, to: "") }
        bytes.withUnsafeBytes { bytes in
            let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
            precondition(curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, start) == CURLE_OK, "out of memory")
        }
    }

    /// Blocks until the transfer ends. Header lines come to `header` one by one, body bytes in pieces to `body`.
    func perform(header: @escaping Receiver, body: @escaping Receiver) -> CURLcode {
        receiveHeader = header
        receiveBody = body
        defer {
            // The closures may hold this transfer.
            receiveHeader = { _ in true }
            receiveBody = { _ in true }
        }
        return curl_easy_perform(handle)
    }

    private func connectCallbacks() {
        let owner = Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_READDATA, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_XFERINFODATA] {
            _ = curl_set_pointer(handle, option, owner)
        }
        _ = curl_set_data_function(handle, CURLOPT_READFUNCTION) { bytes, size, count, owner in
            Transfer.from(owner).fill(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        }
        _ = curl_set_data_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, owner in
            let received = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Transfer.from(owner).receiveBody(received) ? received.count : received.count &+ 1
        }
        _ = curl_set_data_function(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, owner in
            let received = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Transfer.from(owner).receiveHeader(received) ? received.count : received.count &+ 1
        }
        _ = curl_set_progress_function(handle) { owner, _, _, _, _ in
            Transfer.from(owner).cancellation.isCancelled ? 1 : 0
        }
    }

    private static func from(_ owner: UnsafeMutableRawPointer?) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(owner!).takeUnretainedValue()
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, upload.count - uploaded)
        upload.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[uploaded..<uploaded + count]))
        }
        uploaded += count
        return count
    }
}
