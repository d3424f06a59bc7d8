/// The tags of an HTML document, read strictly: enough to tell whether a page is well-formed.
struct Markup {
    struct Tag: Equatable {
        let name: String
        let attributes: [String: String]
        let closes: Bool
    }

    struct Malformed: Error, Equatable {
        let reason: String
    }

    private(set) var tags: [Tag] = []
    /// The text between the tags, with escapes as they stand.
    private(set) var text = ""

    private static let void: Set<String> = ["meta", "link", "br", "img", "input", "hr"]

    /// Throws `Malformed` when a tag is not closed, closes another, or an attribute is not quoted.
    init(_ html: String) throws {
        guard html.hasPrefix("<!DOCTYPE html>\n") else { throw Malformed(reason: "doctype") }
        var rest = html.dropFirst("<!DOCTYPE html>".count)
        var open: [String] = []
        while let start = rest.firstIndex(of: "<") {
            try take(text: rest[..<start])
            guard let end = rest[start...].firstIndex(of: ">") else { throw Malformed(reason: "a tag has no end") }
            let tag = try Self.tag(rest[rest.index(after: start)..<end])
            if tag.closes {
                guard open.popLast() == tag.name else { throw Malformed(reason: "</\(tag.name)>") }
            } else if !Self.void.contains(tag.name) {
                open.append(tag.name)
            }
            tags.append(tag)
            rest = rest[rest.index(after: end)...]
        }
        try take(text: rest)
        guard open.isEmpty else { throw Malformed(reason: "<\(open.last!)> is open") }
    }

    private mutating func take(text piece: Substring) throws {
        guard !piece.contains(where: { $0 == ">" || $0 == "\"" }) else { throw Malformed(reason: "text: \(piece)") }
        for part in piece.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
            guard part.prefix(7).contains(";") else { throw Malformed(reason: "a bare &") }
        }
        text += piece
    }

    private static func tag(_ source: Substring) throws -> Tag {
        let closes = source.hasPrefix("/")
        let body = closes ? source.dropFirst() : source
        let name = body.prefix { $0.isLetter || $0.isNumber }
        guard !name.isEmpty, name.allSatisfy({ $0.isLowercase || $0.isNumber }) else {
            throw Malformed(reason: "<\(source)>")
        }
        var attributes: [String: String] = [:]
        var rest = body[name.endIndex...]
        while let character = rest.first {
            guard character == " ", let equals = rest.firstIndex(of: "="), rest[equals...].hasPrefix("=\"") else {
                throw Malformed(reason: "<\(source)>")
            }
            let value = rest[rest.index(equals, offsetBy: 2)...]
            guard let end = value.firstIndex(of: "\"") else { throw Malformed(reason: "<\(source)>") }
            attributes[String(rest[..<equals].dropFirst())] = String(value[..<end])
            rest = value[value.index(after: end)...]
        }
        return Tag(name: String(name), attributes: attributes, closes: closes)
    }
}
