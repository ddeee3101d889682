import AWS
import AWSAdapters
import ArgumentParser
import FoundationEssentials
import Glibc
import HTTP
import Logging
import RAG

/// Shared by all commands: settings in, errors out as one line with the remedy.
enum CommandRun {
    static func settings(_ flags: KnowledgeFlags, server: [String: String] = [:]) throws -> Settings {
        do {
            let values = try flags.values.merging(server) { $1 }
            return try Settings(
                environment: ProcessInfo.processInfo.environment, flags: values,
                processorCount: ProcessInfo.processInfo.activeProcessorCount)
        } catch let error as SettingsError {
            throw ValidationError(error.description)
        }
    }

    static func logger(_ settings: Settings) -> Logger {
        Logger(label: "outcrop") { LogLines(logLevel: settings.logLevel, format: settings.logFormat, label: $0) }
    }

    /// Runs `body`; a failure becomes one line on standard error and exit code 1.
    static func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let failure as OutcropFailure {
            StandardError.write("outcrop: \(failure.finding ?? failure.message)\n")
            throw ExitCode.failure
        } catch let error as AWSError {
            StandardError.write("outcrop: \(error.finding)\n")
            throw ExitCode.failure
        } catch let error as ServerError {
            StandardError.write("outcrop: \(error.description)\n")
            throw ExitCode.failure
        } catch let error as SettingsError {
            StandardError.write("outcrop: \(error.description)\n")
            throw ExitCode.failure
        }
    }
}
