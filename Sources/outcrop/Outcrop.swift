import ArgumentParser

/// The command: every mode of the one binary. Only this module reads the environment.
@main
struct Outcrop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcrop",
        abstract: "Answers questions over your documents through the OpenAI API, with citations.",
        discussion: """
            Try it: outcrop serve --documents ~/papers, then point any OpenAI client at http://127.0.0.1:8080/v1.
            Every flag is also an environment variable (--top-k is OUTCROP_TOP_K); flags win. 'outcrop doctor' shows what is in force.
            Exit codes: 0 done, 1 failed, 2 some documents could not be read, 64 wrong usage.
            """,
        version: Build.version,
        subcommands: [Serve.self, Sync.self, Ask.self, Search.self, Eval.self, Doctor.self])
}

enum Build {
    static let version = "0.1.0"
}
