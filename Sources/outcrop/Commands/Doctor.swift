import ArgumentParser
import FoundationEssentials

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks libraries, model, folder, database and port, and prints the settings in force.")

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
