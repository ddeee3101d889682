import ArgumentParser
import FoundationEssentials

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks libraries, models, folder, database and port, and prints the settings in force.",
        discussion: "Each part of Amazon Bedrock that is set gets one cheap call, and each failure is explained with its remedy.")

    @OptionGroup var server: ServerFlags
    @OptionGroup var flags: KnowledgeFlags

    func run() async throws {
        let settings = try CommandRun.settings(flags, server: server.values)
        let checks = await Checkup(settings).all()
        for check in checks { print(check.line) }
        print("\nSettings in force (secrets masked):")
        for line in settings.lines { print("  " + line) }
        if checks.contains(where: { $0.verdict == .failed }) { throw ExitCode.failure }
    }
}
