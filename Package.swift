// swift-tools-version: 6.2
import PackageDescription

/// Every module is built alike: Swift 6, explicit existentials, and no warning is let through.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// Optimised also in debug builds where the plain loops would otherwise dominate the test run.
let optimised: [CSetting] = [.unsafeFlags(["-O3"], .when(configuration: .debug))]

let package = Package(
    name: "outcrop",
    products: [.executable(name: "outcrop", targets: ["outcrop"])],
    dependencies: [
        // Methods, statuses and header fields as validated values; its URL trait would pull in full Foundation.
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0", traits: []),
        // SHA-256 for content hashes and HMAC for upload policies and links; constant-time by design.
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        // The logging API that embedders of the server can route where they want.
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        // Sub-commands, --help and usage errors of the command line.
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        // Child processes with bounded output and clean teardown (pdftotext); without its Foundation trait.
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", exact: "1.0.2", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "outcrop",
            dependencies: [
                "OutcropServer", "OpenAIAPI", "KnowledgeBase", "LocalModels", "RAG", "Documents", "HTTP",
                "AWSAdapters", "AWS", "HTTPClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "OutcropServer",
            dependencies: [
                "HTTP", "OpenAIAPI", "RAG", "KnowledgeBase",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.embedInCode("openapi.json")],
            swiftSettings: strict),
        .target(name: "OpenAIAPI", dependencies: ["RAG"], swiftSettings: strict),
        .target(
            name: "AWSAdapters", dependencies: ["AWS", "HTTPClient", "RAG"],
            resources: [.embedInCode("models.json")], swiftSettings: strict),
        .target(
            name: "KnowledgeBase",
            dependencies: [
                "RAG", "SQLite", "VectorIndex", "Documents",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(name: "LocalModels", dependencies: ["RAG", "CKernels"], swiftSettings: strict),
        .target(name: "RAG", resources: [.embedInCode("prompt.tmpl")], swiftSettings: strict),
        .target(
            name: "AWS",
            dependencies: [
                "HTTPClient", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "Documents",
            dependencies: [.product(name: "Subprocess", package: "swift-subprocess")],
            swiftSettings: strict),
        .target(name: "VectorIndex", dependencies: ["CKernels"], swiftSettings: strict),
        .target(name: "SQLite", dependencies: ["CSQLite"], swiftSettings: strict),
        .target(
            name: "HTTPClient",
            dependencies: ["CCurl", "CLinux", .product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: strict),
        .target(
            name: "HTTP",
            dependencies: [
                "CLinux",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Needs libcurl's headers to build and its shared library to run, but is not linked against it.
        .target(name: "CCurl"),
        .target(name: "CLinux"),
        .target(name: "CKernels", cSettings: optimised),

        .testTarget(
            name: "HTTPTests",
            dependencies: [
                "HTTP", "CLinux", .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .testTarget(
            name: "HTTPClientTests",
            dependencies: ["HTTPClient", "CCurl", "CLinux", .product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: strict),
        .testTarget(
            name: "AWSTests",
            dependencies: [
                "AWS", "HTTPClient", .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "AWSAdaptersTests",
            dependencies: [
                "AWSAdapters", "AWS", "HTTPClient", "RAG", .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(name: "SQLiteTests", dependencies: ["SQLite"], swiftSettings: strict),
        .testTarget(name: "VectorIndexTests", dependencies: ["VectorIndex", "CKernels"], swiftSettings: strict),
        .testTarget(name: "DocumentsTests", dependencies: ["Documents"], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(name: "RAGTests", dependencies: ["RAG"], swiftSettings: strict),
        .testTarget(
            name: "LocalModelsTests", dependencies: ["LocalModels", "RAG", "CKernels"],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "KnowledgeBaseTests",
            dependencies: ["KnowledgeBase", "RAG", "SQLite", "Documents", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .testTarget(
            name: "OpenAIAPITests", dependencies: ["OpenAIAPI", "RAG"],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "OutcropServerTests",
            dependencies: [
                "OutcropServer", "HTTP", "OpenAIAPI", "RAG", "KnowledgeBase", "LocalModels",
                .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(name: "outcropTests", dependencies: ["outcrop", "KnowledgeBase"], swiftSettings: strict),
    ]
)
