import HTTPTypes
import OAuth
import Pages
import Provider

/// The form in the foot of pages, which asks for another language.
struct LanguageScreen: Sendable {
    let desk: FrontDesk

    var routes: [Route] {
        [desk.route(.post, "/language") { try choose($0.endpointRequest) }]
    }

    /// What is chosen is no secret and nobody's, so the form has no token; it must come from a page of ours all the same.
    private func choose(_ request: EndpointRequest) throws -> Reply {
        let form = try desk.uncheckedForm(request)
        let path = try form.optional("page").flatMap(Self.page) ?? "/sign-in"
        var reply = desk.redirect(to: path)
        if let cookie = try form.optional("language").flatMap(desk.reader.cookie(choosing:)) {
            reply.fields.append(cookie)
        }
        return reply
    }

    /// `text`, if it is the path and query of a page below the issuer's path and cannot be read as anything else.
    static func page(_ text: String) -> String? {
        let parts = text.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard text.hasPrefix("/"), text.utf8.count <= ReturnPath.requestLimit, let path = parts.first,
            path.allSatisfy(ReturnPath.pathCharacters.contains),
            !String(Substring(path)).contains("//"),
            parts.dropFirst().allSatisfy({ $0.allSatisfy(ReturnPath.requestCharacters.contains) })
        else { return nil }
        return text
    }
}
