import Cryptography
import JOSE
import TestSupport
import Testing

/// A row of the attack catalogue: a JWT that every place that takes one must refuse, whatever it is for.
struct HostileJWT: Sendable, CustomTestStringConvertible {
    /// The row's id, and what is wrong.
    let name: String
    /// The check that must fail, as the log names it.
    let check: String
    let tampering: Tampering
    var testDescription: String { name }

    init(_ name: String, _ check: String, _ change: (inout Tampering) -> Void) {
        (self.name, self.check) = (name, check)
        tampering = .with(change)
    }

    static let all = algorithms + headers + duplicates + shapes + encodings + sizes + times

    static let algorithms: [HostileJWT] =
        ["none", "None", "NONE", "nOnE", "", "ES256 ", "es256", "PBES2-HS256+A128KW", "RSA1_5", "HS384"].map { name in
            let row =
                switch name {
                case "PBES2-HS256+A128KW": "JW-27"
                case "RSA1_5": "JW-28"
                default: "CA-10"
                }
            return HostileJWT("\(row) alg \(name)", "alg header") {
                $0.header = ["alg": .string(name), "p2c": 2_147_483_647]
                $0.signature = .exactly([])
            }
        } + [
            HostileJWT("CA-10 no alg", "alg header") { $0.withoutHeader = ["alg"] },
            HostileJWT("CA-10 alg null", "member \"alg\"") { $0.header = ["alg": nil] },
            HostileJWT("CA-10 alg a number", "member \"alg\"") { $0.header = ["alg": 0] },
            HostileJWT("CA-10 alg a list", "member \"alg\"") { $0.header = ["alg": ["ES256"]] },
        ]

    static let headers: [HostileJWT] = [
        HostileJWT("JW-03 the attacker's key comes along", "JWS header") { tampering in
            let key = try! TestKey.p256()
            tampering.header = ["jwk": .object(key.jwk)]
            tampering.signature = .by(key)
        },
        HostileJWT("JW-04 jku", "JWS header") { $0.header = ["jku": "https://evil.example/jwks"] },
        HostileJWT("JW-04 x5u", "JWS header") { $0.header = ["x5u": "https://evil.example/cert"] },
        HostileJWT("JW-04 x5c", "JWS header") { $0.header = ["x5c": ["MIIB"]] },
        HostileJWT("JW-06 unknown crit", "JWS header") { $0.header = ["crit": ["exp"], "exp": 1] },
        HostileJWT("JW-06 crit without its member", "JWS header") { $0.header = ["crit": ["x"]] },
        HostileJWT("JW-06 empty crit", "JWS header") { $0.header = ["crit": []] },
        HostileJWT("JW-06 crit names one twice", "JWS header") { $0.header = ["crit": ["x", "x"], "x": 1] },
        HostileJWT("JW-06 crit names alg", "JWS header") { $0.header = ["crit": ["alg"]] },
        HostileJWT("JW-06 crit no list", "JWS header") { $0.header = ["crit": "x", "x": 1] },
        HostileJWT("JW-07 b64 false", "JWS header") { $0.header = ["b64": false] },
        HostileJWT("JW-07 b64 false with crit", "JWS header") { $0.header = ["b64": false, "crit": ["b64"]] },
        HostileJWT("JW-07 b64 true with crit", "JWS header") { $0.header = ["b64": true, "crit": ["b64"]] },
        HostileJWT("JW-26 zip", "JWS header") { $0.header = ["zip": "DEF"] },
        HostileJWT("JW-30 enc in the header of a JWS", "JWS header") { $0.header = ["enc": "A256GCM"] },
        HostileJWT("JW-24 typ of a DPoP proof", "typ header") { $0.header = ["typ": "dpop+jwt"] },
        HostileJWT("JW-24 typ of a logout token", "typ header") { $0.header = ["typ": "logout+jwt"] },
        HostileJWT("JW-24 typ of a request object", "typ header") { $0.header = ["typ": "oauth-authz-req+jwt"] },
        HostileJWT("JW-24 typ no string", "member \"typ\"") { $0.header = ["typ": 1] },
    ]

    static let duplicates: [HostileJWT] =
        [#","alg":"ES256""#, #","\u0061lg":"ES256""#, #","alg":"none""#, #","typ":"JWT""#, #","x":1,"x":1"#].map {
            text in
            HostileJWT("JW-08 twice in the header: \(text)", "JSON") { $0.headerText = Array(text.utf8) }
        }
        + [#","aud":"x""#, #","\u0061ud":"x""#, #","iss":"x""#, #","exp":9999999999"#, #","x":{"a":1,"a":2}"#].map {
            text in
            HostileJWT("JW-08 twice in the claims: \(text)", "JSON") { $0.claimsText = Array(text.utf8) }
        }

    static let shapes: [HostileJWT] =
        [[0], [0, 1], [0, 1, 2, 2], [0, 1, 2, 2, 2], [0, 1, 2, 2, 2, 2], [nil, 1, 2], [nil, nil, nil]].map { segments in
            HostileJWT("JW-18 segments \(segments.map { $0.map(String.init) ?? "-" })", "JWS segments") {
                $0.segments = segments
            }
        } + [
            HostileJWT("JW-18 no signature", "JWS signature") { $0.segments = [0, 1, nil] },
            HostileJWT("JW-18 a space before", "JWS segments") { $0.wrapping = (" ", "") },
            HostileJWT("JW-18 a line end after", "JWS segments") { $0.wrapping = ("", "\n") },
            HostileJWT("JW-18 padding after", "JWS segments") { $0.wrapping = ("", "=") },
            HostileJWT("JW-18 JSON serialization", "JWS segments") { $0.wrapping = ("{\"payload\":\"", "\"}") },
            HostileJWT("JW-10 DER", "JWS signature") { $0.signature = .der },
            HostileJWT("JW-10 63 bytes", "JWS signature") { $0.signature = .cut(to: 63) },
            HostileJWT("JW-10 65 bytes", "JWS signature") { $0.signature = .extended(by: [0]) },
            HostileJWT("JW-10 half of it", "JWS signature") { $0.signature = .cut(to: 32) },
            HostileJWT("JW-10 zeros", "JWS signature") { $0.signature = .exactly([UInt8](repeating: 0, count: 64)) },
            HostileJWT("JW-10 one bit turned", "JWS signature") { $0.signature = .flipped },
            HostileJWT("JW-10 another key", "JWS signature") { $0.signature = .by(try! TestKey.p256()) },
        ]

    static let encodings: [HostileJWT] = [
        HostileJWT("JW-19 no UTF-8 in the header", "JSON") { $0.headerText = Array(",\"x\":\"".utf8) + [0xFF, 0x22] },
        HostileJWT("JW-19 no UTF-8 in the claims", "JSON") { $0.claimsText = Array(",\"x\":\"".utf8) + [0xC3, 0x22] },
        HostileJWT("JW-19 lone surrogate in the header", "JSON") { $0.headerText = Array(#","x":"\ud800""#.utf8) },
        HostileJWT("JW-19 lone surrogate in the claims", "JSON") { $0.claimsText = Array(#","x":"\udc00a""#.utf8) },
        HostileJWT("JW-19 BOM within the claims", "JSON") { $0.claimsText = [0xEF, 0xBB, 0xBF] },
    ]

    static let sizes: [HostileJWT] = [
        HostileJWT("JW-20 100,000 brackets", "JWS length") {
            $0.claimsText = Array(",\"x\":".utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        },
        HostileJWT("JW-20 100,000 brackets in the header", "JWS length") {
            $0.headerText = Array(",\"x\":".utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        },
        HostileJWT("JW-20 33 levels", "JSON") {
            let (open, close) = (String(repeating: "[", count: 33), String(repeating: "]", count: 33))
            $0.claimsText = Array(",\"x\":\(open)\(close)".utf8)
        },
        HostileJWT("JW-20 too many members", "JSON") {
            $0.claimsText = Array((0..<1100).map { ",\"\($0)\":1" }.joined().utf8)
        },
        HostileJWT("JW-20 1e400", "JSON") { $0.claimsText = Array(",\"x\":1e400".utf8) },
        HostileJWT("JW-20 a string of 100 kB", "JWS length") {
            $0.claims = ["x": .string(String(repeating: "x", count: 100_000))]
        },
    ]

    static let times: [HostileJWT] =
        ["exp", "nbf", "iat"].flatMap { name -> [HostileJWT] in
            let wrong: [JSON] = [
                "1800000060", 1800000060.5, nil, true, [], [1_800_000_060], [:], 1e300, 9_223_372_036_854_775_808.0,
            ]
            let outside: [JSON] = [-1, -9_223_372_036_854_775_808, 9_223_372_036_854_775_807, 253_402_300_800]
            return wrong.map { value in
                HostileJWT("JW-22 \(name) is \(value)", "member \"\(name)\"") { $0.claims = [name: value] }
            }
                + outside.map { value in
                    HostileJWT("JW-22 \(name) is \(value)", "\(name) claim") { $0.claims = [name: value] }
                }
        } + [
            HostileJWT("JW-22 nbf after exp", "nbf claim") { $0.times = ["nbf": 61] },
            HostileJWT("JW-22 exp NaN", "JSON") {
                $0.withoutClaims = ["exp"]
                $0.claimsText = Array(",\"exp\":NaN".utf8)
            },
            HostileJWT("JW-22 exp Infinity", "JSON") {
                $0.withoutClaims = ["exp"]
                $0.claimsText = Array(",\"exp\":Infinity".utf8)
            },
            HostileJWT("JW-22 exp with leading zeros", "JSON") {
                $0.withoutClaims = ["exp"]
                $0.claimsText = Array(",\"exp\":01800000060".utf8)
            },
        ]
}
