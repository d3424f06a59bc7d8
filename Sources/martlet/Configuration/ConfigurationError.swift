/// A setting that the server cannot start with: one line that says what is wrong and what to do.
struct ConfigurationError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension String {
    /// A value in quotation marks, for a sentence. One that holds more than a line is not shown: the other lines may be secrets.
    var quoted: String {
        let isLine = !unicodeScalars.contains { scalar in
            [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
        }
        guard isLine else { return "a value with a line break or another control character" }
        return "\"\(count <= 200 ? self : prefix(200) + "…")\""
    }
}
