import ArgumentParser

@main
struct Outcrop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "outcrop")
    func run() async throws {}
}
