import CoreMetrics
import Testing

@testable import martlet

struct PrometheusRegistryTests {
    @Test func `a small registry is printed exactly`() {
        let registry = PrometheusRegistry(help: [
            "http.requests": "Requests answered.", "token-time": "One\nline \\ here",
        ])
        Counter(label: "http.requests", dimensions: [("status", "200"), ("method", "GET")], factory: registry)
            .increment(by: 3)
        Counter(label: "http.requests", dimensions: [("method", "GET"), ("status", "404")], factory: registry)
            .increment()
        FloatingPointCounter(label: "cpu_seconds_total", factory: registry).increment(by: 1.5)
        Meter(label: "sessions", factory: registry).set(7)
        Gauge(label: "queue", factory: registry).record(2.5)
        let timer = Timer(label: "token-time", factory: registry)
        timer.recordNanoseconds(500_000)
        timer.recordMilliseconds(30)
        timer.recordSeconds(60)
        #expect(registry.render() == Self.expected)
    }

    private static let expected = """
        # HELP cpu_seconds_total cpu_seconds_total
        # TYPE cpu_seconds_total counter
        cpu_seconds_total 1.5
        # HELP http_requests_total Requests answered.
        # TYPE http_requests_total counter
        http_requests_total{method="GET",status="200"} 3
        http_requests_total{method="GET",status="404"} 1
        # HELP queue queue
        # TYPE queue gauge
        queue 2.5
        # HELP sessions sessions
        # TYPE sessions gauge
        sessions 7
        # HELP token_time_seconds One\\nline \\\\ here
        # TYPE token_time_seconds histogram
        token_time_seconds_bucket{le="0.0005"} 1
        token_time_seconds_bucket{le="0.001"} 1
        token_time_seconds_bucket{le="0.0025"} 1
        token_time_seconds_bucket{le="0.005"} 1
        token_time_seconds_bucket{le="0.01"} 1
        token_time_seconds_bucket{le="0.025"} 1
        token_time_seconds_bucket{le="0.05"} 2
        token_time_seconds_bucket{le="0.1"} 2
        token_time_seconds_bucket{le="0.25"} 2
        token_time_seconds_bucket{le="0.5"} 2
        token_time_seconds_bucket{le="1"} 2
        token_time_seconds_bucket{le="2.5"} 2
        token_time_seconds_bucket{le="5"} 2
        token_time_seconds_bucket{le="10"} 2
        token_time_seconds_bucket{le="+Inf"} 3
        token_time_seconds_sum 60.0305
        token_time_seconds_count 3

        """

    @Test func `a recorder with labels is a histogram with both kinds of label`() {
        let registry = PrometheusRegistry()
        Recorder(label: "body", dimensions: [("path", "/a")], factory: registry).record(7)
        let text = registry.render()
        #expect(text.contains("body_bucket{path=\"/a\",le=\"5\"} 0\nbody_bucket{path=\"/a\",le=\"10\"} 1\n"))
        #expect(text.contains("body_sum{path=\"/a\"} 7\nbody_count{path=\"/a\"} 1\n"))
    }

    @Test func `label values are escaped and label names made valid`() {
        let registry = PrometheusRegistry()
        let dimensions = [("who's", "a\"b\\c\nd"), ("le", "1"), ("__name__", "x"), ("9", "y"), ("who's", "second")]
        Counter(label: "2 many", dimensions: dimensions, factory: registry).increment()
        let labels = #"_9="y",label___name__="x",label_le="1",who_s="a\"b\\c\nd""#
        #expect(registry.render().hasSuffix("_2_many_total{\(labels)} 1\n"))
    }

    @Test func `two metrics of one name and one set of labels are one series`() {
        let registry = PrometheusRegistry()
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        let second = Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: registry)
        second.increment()
        #expect(registry.render().hasSuffix("c_total{a=\"1\",b=\"2\"} 2\n"))
        second.destroy()
        #expect(registry.render().hasSuffix("c_total{a=\"1\",b=\"2\"} 2\n"))
        second.reset()
        #expect(registry.render().hasSuffix("c_total{a=\"1\",b=\"2\"} 0\n"))
    }

    @Test func `series over the limit are counted together`() {
        let registry = PrometheusRegistry(seriesLimit: 2)
        for index in 0..<10 { Counter(label: "c", dimensions: [("i", "\(index)")], factory: registry).increment() }
        Counter(label: "c", dimensions: [("i", "0")], factory: registry).increment()
        Counter(label: "other", dimensions: [("i", "9")], factory: registry).increment()
        let lines = registry.render().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            lines == [
                "c_total{i=\"0\"} 2", "c_total{i=\"1\"} 1", "c_total{overflow=\"true\"} 8", "other_total{i=\"9\"} 1",
            ]
        )
    }

    @Test func `a name that belongs to another kind is not printed twice`() {
        let registry = PrometheusRegistry()
        Meter(label: "x_total", factory: registry).set(1)
        Counter(label: "x", factory: registry).increment(by: 5)
        #expect(registry.render() == "# HELP x_total x_total\n# TYPE x_total gauge\nx_total 1\n")
    }

    @Test func `counters only grow`() {
        let registry = PrometheusRegistry()
        let whole = registry.makeCounter(label: "a", dimensions: [])
        let floating = registry.makeFloatingPointCounter(label: "b", dimensions: [])
        whole.increment(by: 2)
        whole.increment(by: -1)
        floating.increment(by: 0.5)
        for amount in [-1, Double.nan, .infinity] { floating.increment(by: amount) }
        #expect(registry.render().contains("\na_total 2\n") && registry.render().hasSuffix("\nb_total 0.5\n"))
    }

    @Test(arguments: [
        (Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (0, "0"), (-3, "-3"), (0.0005, "0.0005"),
        (1e21, "1e+21"),
    ])
    func `numbers are spelled as the format has them`(number: Double, expected: String) {
        #expect(PrometheusText.number(number) == expected)
    }

    @Test func `nothing is lost when many threads count`() async {
        let registry = PrometheusRegistry()
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<2_000 {
                        Counter(label: "c", dimensions: [("t", "\(task % 2)")], factory: registry).increment()
                        Meter(label: "m", factory: registry).increment(by: 1)
                        Timer(label: "t", factory: registry).recordSeconds(1)
                    }
                }
            }
        }
        let text = registry.render()
        #expect(text.contains("c_total{t=\"0\"} 8000\nc_total{t=\"1\"} 8000\n"))
        #expect(text.contains("\nm 16000\n"))
        #expect(text.hasSuffix("t_seconds_sum 16000\nt_seconds_count 16000\n"))
    }
}
