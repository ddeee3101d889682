import FoundationEssentials
import Testing

@testable import outcrop

private func settings(_ environment: [String: String], flags: [String: String] = [:]) throws -> Settings {
    try Settings(environment: environment, flags: flags, processorCount: 2)
}

@Suite struct SettingsTests {
    @Test func `defaults serve this machine only`() throws {
        let settings = try settings([:])
        #expect(settings.host == "127.0.0.1" && settings.port == 8080 && settings.isLoopback)
        #expect(settings.data == "./.outcrop" && settings.topK == 6)
        try settings.checkAccess()
    }

    @Test func `a flag wins over the environment and an empty variable counts as unset`() throws {
        #expect(try settings(["OUTCROP_TOP_K": "3"], flags: ["TOP_K": "9"]).topK == 9)
        #expect(try settings(["OUTCROP_TOP_K": ""]).topK == 6)
    }

    @Test(arguments: [".", "./", "uploads", "./uploads/", "uploads/deep", "../x/uploads"])
    func `documents within the uploads are refused`(place: String) throws {
        let flags = ["DATA": "/nonexistent/x", "DOCUMENTS": "/nonexistent/x/" + place]
        #expect(throws: SettingsError.self) { try settings([:], flags: flags).checkFolders() }
    }

    @Test(arguments: ["documents", "uploads-old", "..", "../y"])
    func `documents beside, around and next to the uploads are taken`(place: String) throws {
        let flags = ["DATA": "/nonexistent/x", "DOCUMENTS": "/nonexistent/x/" + place]
        try settings([:], flags: flags).checkFolders()
    }

    @Test(arguments: ["DATA", "DOCUMENTS", "HOST", "API_KEYS"])
    func `an empty flag is an error`(name: String) {
        #expect(throws: SettingsError("The flag for OUTCROP_\(name) is empty: give it a value or leave it out.")) {
            try settings([:], flags: [name: ""])
        }
    }

    @Test(arguments: ["AWS_LWA_PORT", "PORT"], ["http", "-1", "65536", "8080 "])
    func `a port handed down that cannot work is an error`(name: String, value: String) {
        let error = #expect(throws: SettingsError.self) { try settings([name: value]) }
        #expect(error?.description.hasPrefix("\(name) is '\(value)'") == true)
    }

    @Test func `OUTCROP_PORT and an empty variable leave the ports handed down alone`() throws {
        #expect(try settings(["OUTCROP_PORT": "1", "PORT": "http"]).port == 1)
        #expect(try settings(["AWS_LWA_PORT": "", "PORT": "2"]).port == 2)
        #expect(try settings(["PORT": ""]).port == 8080)
    }

    @Test func `an unknown name is an error that suggests the right one`() {
        #expect(
            throws: SettingsError(
                "OUTCROP_TOPK is not a setting of outcrop. Did you mean OUTCROP_TOP_K? 'outcrop serve --help' lists them all.")
        ) {
            try settings(["OUTCROP_TOPK": "3"])
        }
    }

    @Test(arguments: [
        ("PORT", "70000"), ("PORT", "http"), ("TOP_K", "0"), ("TOP_K", "51"), ("MIN_SCORE", "1.5"), ("MIN_SCORE", "nan"),
        ("EMBEDDINGS", "openai"), ("GROUNDING", "yes"), ("AUTH", "off"), ("CHUNK_SIZE", "10"), ("CHUNK_OVERLAP", "900"),
        ("RATE_LIMIT", "60"), ("RATE_LIMIT", "requests=0"), ("MODEL_ALIASES", "gpt"), ("PUBLIC_URL", "ftp://x"),
        ("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml"), ("SYNC_INTERVAL", "-1"), ("LIMIT_FIELDS", "0"), ("LIMIT_FIELDS", "many"),
        ("EMBEDDING_THREADS", "0"),
    ])
    func `refuses a value that cannot work and names the setting`(name: String, value: String) {
        let error = #expect(throws: SettingsError.self) { try settings(["OUTCROP_" + name: value]) }
        #expect(error?.description.contains("OUTCROP_" + name) == true)
    }

    @Test func `refuses a limit it has never heard of and lists those there are`() {
        let error = #expect(throws: SettingsError.self) { try settings(["OUTCROP_LIMIT_WISHES": "3"]) }
        #expect(error?.description.contains("HEAD_BYTES") == true)
    }

    @Test func `every limit can be set and read back`() throws {
        for row in Limits.table {
            var limits = Limits()
            try limits.set(row.name, to: "777")
            #expect(row.get(limits) == 777, "\(row.name)")
        }
    }

    @Test(
        arguments: [
            (["OUTCROP_HOST": "0.0.0.0"], false), (["OUTCROP_HOST": "::"], false), (["AWS_LAMBDA_FUNCTION_NAME": "f"], false),
            (["LAMBDA_TASK_ROOT": "/var/task"], false), (["OUTCROP_HOST": "0.0.0.0", "OUTCROP_API_KEYS": "k"], true),
            (["OUTCROP_HOST": "0.0.0.0", "OUTCROP_AUTH": "none"], true), (["OUTCROP_HOST": "127.0.0.9"], true),
            (["OUTCROP_HOST": "localhost"], true),
        ] as [([String: String], Bool)])
    func `a public address or Lambda needs keys unless told otherwise`(environment: [String: String], isAllowed: Bool) throws {
        let settings = try settings(environment)
        if isAllowed { try settings.checkAccess() } else { #expect(throws: SettingsError.self) { try settings.checkAccess() } }
    }

    @Test func `Lambda keeps its state under tmp and logs JSON`() throws {
        let settings = try settings(["LAMBDA_TASK_ROOT": "/var/task", "AWS_LWA_PORT": "9000", "PORT": "1"])
        #expect(settings.data == "/tmp/outcrop" && settings.logFormat == .json && settings.port == 9000)
    }

    @Test func `lists and pairs are read`() throws {
        let settings = try settings([
            "OUTCROP_API_KEYS": " a , b,", "OUTCROP_MODEL_ALIASES": "gpt-4o-mini=default,*=default",
            "OUTCROP_RATE_LIMIT": "requests=60, tokens=1000",
        ])
        #expect(settings.apiKeys == ["a", "b"])
        #expect(settings.modelAliases == ["gpt-4o-mini": "default", "*": "default"])
        #expect(settings.requestsPerMinute == 60 && settings.tokensPerMinute == 1_000)
    }

    @Test func `what doctor prints shows every setting and no secret`() throws {
        let lines = try settings(["OUTCROP_API_KEYS": "hunter2"]).lines
        #expect(lines.count == Setting.all.count + Limits.table.count)
        #expect(!lines.joined().contains("hunter2"))
    }
}

@Suite struct HelpTests {
    @Test func `help names every flag, its environment name and every limit`() {
        let help = Serve.helpMessage(columns: 400)
        for setting in Setting.all {
            #expect(help.contains(setting.flag) && help.contains(setting.environmentName), "\(setting.name)")
        }
        for row in Limits.table { #expect(help.contains(row.name), "\(row.name)") }
    }

    @Test func `the README's tables of settings and limits are those of the code`() throws {
        let readme = try String(
            contentsOf: URL(filePath: #filePath).appending(path: "../../../README.md").standardized, encoding: .utf8)
        for setting in Setting.all {
            #expect(readme.contains("| `\(setting.environmentName)` | \(setting.fallback) | \(setting.meaning) |"))
        }
        for row in Limits.table {
            let value = Limits.show(row.get(Limits()))
            #expect(readme.contains("| `OUTCROP_LIMIT_\(row.name)` | \(value) | \(row.meaning) |"))
        }
    }
}
