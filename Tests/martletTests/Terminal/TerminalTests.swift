import Testing

@testable import martlet

struct TerminalTests {
    @Test(arguments: [
        ("plain é 漢", "plain é 漢"), ("\u{1B}[31mred", "?[31mred"), ("a\r\nb\tc\u{0}\u{7}\u{7F}\u{9B}", "a??b?c????"),
        ("", ""),
    ])
    func `what a stranger sent cannot command the terminal`(text: String, shown: String) {
        #expect(Terminal.printable(text) == shown)
    }
}
