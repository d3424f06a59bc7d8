/// A declarative file that cannot be applied: one line with the place in the file, what is wrong there and what to do.
struct DeclarationError: Error, CustomStringConvertible {
    let description: String

    /// `place` is the path of members, such as `clients[2].redirect_uris`.
    init(_ place: String, _ problem: String) {
        description = place.isEmpty ? problem : "\(place) \(problem)"
    }
}
