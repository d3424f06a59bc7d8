/// All series of one name.
struct MetricFamily {
    let name: String
    private let type: String
    private let help: String
    private var series: [String: any MetricSeries] = [:]

    private static let overflow = "overflow=\"true\""

    init(name: String, type: String, help: String) {
        self.name = name
        self.type = type
        self.help = help
    }

    /// The series of these labels, made if it is new, or the overflow series when the family is full; nil when the family
    /// is of another type.
    mutating func series<Series: MetricSeries>(_ labels: String, limit: Int, make: () -> Series) -> Series? {
        guard type == Series.type else { return nil }
        if let known = series[labels] { return known as? Series }
        let isFull = series.count - (series[Self.overflow] == nil ? 0 : 1) >= limit
        let key = isFull ? Self.overflow : labels
        if let known = series[key] { return known as? Series }
        let made = make()
        series[key] = made
        return made
    }

    func render(into text: inout String) {
        text += "# HELP \(name) \(PrometheusText.help(help))\n# TYPE \(name) \(type)\n"
        for (labels, series) in series.sorted(by: { $0.key < $1.key }) {
            series.render(name, labels, into: &text)
        }
    }
}
