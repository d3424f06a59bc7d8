/// Cuts bytes that come in pieces of any size into lines at LF, without a CR before it.
struct LineSplitter {
    /// In bytes.
    let longestLine: Int
    private var unfinished: [UInt8] = []

    init(longestLine: Int) {
        self.longestLine = longestLine
    }

    /// Hands each finished line over; `false` when a line is too long or was not taken.
    mutating func take(_ bytes: some Sequence<UInt8>, _ receive: (String) -> Bool) -> Bool {
        for byte in bytes {
            if byte == 0x0A {
                if !finishLine(receive) { return false }
            } else if unfinished.count < longestLine {
                unfinished.append(byte)
            } else {
                return false
            }
        }
        return true
    }

    /// Hands over what stands after the last line end, if anything.
    mutating func finish(_ receive: (String) -> Bool) -> Bool {
        unfinished.isEmpty || finishLine(receive)
    }

    private mutating func finishLine(_ receive: (String) -> Bool) -> Bool {
        if unfinished.last == 0x0D { unfinished.removeLast() }
        defer { unfinished.removeAll(keepingCapacity: true) }
        return receive(String(decoding: unfinished, as: UTF8.self))
    }
}
