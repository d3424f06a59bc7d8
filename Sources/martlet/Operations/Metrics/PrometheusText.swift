/// The spelling of the Prometheus text format, version 0.0.4.
enum PrometheusText {
    /// A metric's name from the label that the code gives it, with the suffix that its kind asks for, once.
    static func name(_ label: String, suffix: String) -> String {
        let name = identifier(label, allowsColon: true)
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// `name="value"` pairs in the order of the names; of two values for a name the first one counts. `le` belongs to the
    /// buckets of a histogram, and names that start with two underscores to Prometheus, so both get a prefix.
    static func labels(_ dimensions: [(String, String)]) -> String {
        var pairs: [(name: String, value: String)] = []
        for (key, value) in dimensions {
            var name = identifier(key, allowsColon: false)
            if name == "le" || name.hasPrefix("__") { name = "label_" + name }
            if !pairs.contains(where: { $0.name == name }) { pairs.append((name, value)) }
        }
        pairs.sort { $0.name < $1.name }
        return pairs.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
    }

    static func help(_ text: String) -> String { escaped(text, quotes: false) }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    static func append(_ name: String, _ labels: String, _ value: String, to text: inout String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    private static func identifier(_ text: String, allowsColon: Bool) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let isDigit = ("0"..."9").contains(scalar)
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            let isFree = isLetter || isDigit || scalar == "_" || (allowsColon && scalar == ":")
            if name.isEmpty, isDigit { name = "_" }
            name.unicodeScalars.append(isFree ? scalar : "_")
        }
        return name.isEmpty ? "_" : name
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
