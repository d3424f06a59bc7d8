import JOSE

#if canImport(Glibc)
@preconcurrency import Glibc
#elseif canImport(Musl)
@preconcurrency import Musl
#else
import Darwin
#endif

/// What commands print: text for people, JSON for programs.
enum Terminal {
    /// Whether a person looks at standard error.
    static var hasPerson: Bool { isatty(STDERR_FILENO) == 1 }

    /// Prints JSON on one line.
    static func print(_ json: JSON) {
        Swift.print(String(decoding: json.encoded(), as: UTF8.self))
        flush()
    }

    /// Text that a stranger may have sent, with every control character shown as `?`: nothing of it reaches the terminal as a command.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 })
        )
    }

    /// Prints a table with aligned columns.
    static func print(_ rows: [[String]], header: [String]) {
        let all = [header] + rows.map { $0.map(printable) }
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        for row in all {
            let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
            let line = cells.joined(separator: "  ")
            Swift.print(String(line.reversed().drop { $0 == " " }.reversed()))
        }
        flush()
    }

    /// Tells a person at the terminal how far a command is; programs do not see it.
    static func progress(_ text: String) {
        fputs(text + "\n", stderr)
    }

    /// Makes what was printed visible even when standard output is a pipe.
    static func flush() {
        fflush(stdout)
    }
}
