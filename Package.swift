// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")

/// A module of ours under `Sources/<name>`.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

/// The tests of a module, under `Tests/<name>Tests`.
func tests(of name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.target(name: name), "TestSupport"] + dependencies,
        exclude: exclude,
        swiftSettings: swiftSettings
    )
}

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "martlet", targets: ["martlet"])],
    traits: [.trait(name: "Redis", description: "A Redis may stand between memory and the database (REDIS_URL).")],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),

        module("Cryptography", ["COpenSSL", "CSodium", "CCrypt"]),
        module("PASETO", ["Cryptography"]),
        module("JOSE", ["Cryptography"]),
        module("OAuth", ["JOSE", "Cryptography"]),
        module("Provider", ["OAuth", "JOSE", "Cryptography", httpTypes, logging, metrics]),
        module("Accounts", ["JOSE", "Cryptography", logging, metrics]),
        module("Social", ["JOSE", "Cryptography"]),
        module(
            "Storage",
            ["Provider", "Accounts", "Social", "OAuth", "JOSE", "Cryptography", "CSQLite", logging, metrics]
        ),
        module("Outbound", ["CCurl", logging]),
        module(
            "Pages",
            [.product(name: "Mustache", package: "swift-mustache")],
            resources: [.embedInCode("Templates"), .embedInCode("Assets"), .embedInCode("Catalogues")]
        ),
        module(
            "Web",
            [
                "Provider", "Accounts", "Social", "PASETO", "Pages", "OAuth", "JOSE", "Cryptography", hummingbird,
                hummingbirdCore,
                httpTypes,
                logging, metrics,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        module(
            "RedisCache",
            [
                "Provider", "OAuth", "JOSE", logging, .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .executableTarget(
            name: "martlet",
            dependencies: [
                .target(name: "RedisCache", condition: .when(traits: ["Redis"])),
                "Web", "Storage", "Outbound", "Provider", "Accounts", "Social", "PASETO", "OAuth", "JOSE",
                "Cryptography", "Pages",
                hummingbird, logging, metrics,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "ceiling",
            dependencies: [hummingbird, logging],
            path: "Benchmarks/Ceiling",
            swiftSettings: swiftSettings
        ),

        .target(
            name: "TestSupport",
            dependencies: ["Provider", "Accounts", "Storage", "OAuth", "JOSE", "Cryptography", logging, httpTypes],
            path: "Tests/TestSupport",
            swiftSettings: swiftSettings
        ),
        tests(of: "Cryptography"),
        tests(of: "PASETO", ["Cryptography"]),
        tests(of: "JOSE", ["Cryptography"]),
        tests(of: "OAuth"),
        tests(of: "Provider", ["Accounts", "Storage", "OAuth", "JOSE", "Cryptography", httpTypes]),
        tests(of: "Accounts", ["Provider", "Storage", "JOSE", "Cryptography"]),
        tests(of: "Storage", ["Provider", "Accounts", "Social", "OAuth", "JOSE", "Cryptography"]),
        tests(
            of: "RedisCache",
            [
                "Provider", "Storage", "JOSE", "Cryptography", logging,
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        tests(of: "Outbound", exclude: ["Fixtures"]),
        tests(of: "Pages"),
        tests(
            of: "Web",
            [
                "Provider", "Accounts", "Social", "Storage", "PASETO", "OAuth", "JOSE", "Cryptography", "Pages",
                hummingbird,
                httpTypes,
                logging, metrics,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        tests(
            of: "martlet",
            [
                "Web", "Storage", "Outbound", "Pages", "Provider", "JOSE", "Cryptography", logging, metrics,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
