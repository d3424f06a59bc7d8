/// What a page may load, and where its forms may lead (Content Security Policy 3).
struct PagePolicy: Sendable {
    /// Origins whose pages it has in frames.
    var frames: [String] = []
    /// Whether its forms lead, at once or by redirects, to another site: `form-action` is then left out, for browsers hold redirects
    /// to it as well. Where such a form leads is never the reader's to say.
    var leadsOut = false
    /// Whether it runs the one script that there is, which sends its form.
    var sendsItself = false

    /// The value of the field.
    var text: String {
        (["default-src 'none'", "style-src 'self'", "img-src 'self' data:"]
            + (frames.isEmpty ? [] : ["frame-src " + frames.joined(separator: " ")])
            + (sendsItself ? ["script-src 'self'"] : []) + (leadsOut ? [] : ["form-action 'self'"])
            + ["base-uri 'none'", "frame-ancestors 'none'"]).joined(separator: "; ")
    }
}
