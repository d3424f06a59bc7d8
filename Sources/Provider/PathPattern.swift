import OAuth

/// The path of a route; a segment in braces stands for any one segment (`/api/verify/{token}`).
package struct PathPattern: Sendable {
    /// As it is written.
    package let text: String
    private let segments: [Substring]

    package init(_ text: String) {
        self.text = text
        segments = Self.segments(of: text)
    }

    /// Whether it has no segment in braces: it is one path.
    package var isFixed: Bool { !text.contains("{") }

    /// What lies between the slashes of a path, nothing left out.
    package static func segments(of path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The values of the segments in braces, percent-decoded, or nil when a path with these segments is none of the pattern's. No
    /// value is empty, and none holds a slash.
    package func values(in path: [Substring]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (segment, expected) in zip(path, segments) {
            if expected.hasPrefix("{") {
                guard !segment.isEmpty, let value = PercentEncoding.decode(segment),
                    !value.utf8.contains(UInt8(ascii: "/"))
                else {
                    return nil
                }
                values[String(expected.dropFirst().dropLast())] = value
            } else if segment != expected {
                return nil
            }
        }
        return values
    }
}
