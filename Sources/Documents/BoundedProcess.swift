import Glibc
import Subprocess

/// Runs a program under `prlimit` with limits on address space, CPU and wall-clock time and on what it writes.
///
/// It gets a session of its own, no environment but a fixed PATH and locale, and no input. However the run ends (limit, timeout,
/// cancellation, error), its whole process group is killed and reaped before `run` returns.
struct BoundedProcess: Sendable {
    struct Output: Sendable {
        var bytes: [UInt8]
        /// The first `errorBytesMax` bytes of standard error.
        var errors: String
        var status: TerminationStatus
    }

    enum Failure: Error, Equatable {
        case timedOut, outputTooLarge, tooManyPages, notStarted
    }

    var prlimit: String
    var executable: String
    var arguments: [String]
    var seconds: Double
    var memoryBytesMax: Int
    var outputBytesMax: Int
    /// Form feeds allowed in the output.
    var pagesMax: Int

    private static let errorBytesMax = 4_096

    func run() async throws -> Output {
        let output = try await withThrowingTaskGroup(of: Output?.self) { group in
            group.addTask { try await runChild() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds), clock: .suspending)
                return nil
            }
            // Leaving the group cancels the other task and waits for it: a late child is dead and reaped by then.
            defer { group.cancelAll() }
            guard let first = try await group.next(), let output = first else { throw Failure.timedOut }
            return output
        }
        // A cancelled run may look like a killed child.
        try Task.checkCancellation()
        return output
    }

    private func runChild() async throws -> Output {
        do {
            let result = try await Subprocess.run(
                .path(.init(prlimit)), arguments: .init(limitArguments + [executable] + arguments),
                environment: .custom(["PATH": PDFTools.folders.joined(separator: ":"), "LC_ALL": "C"]),
                platformOptions: options, input: .none, output: .sequence, error: .sequence
            ) { execution in
                async let errors = Self.prefix(of: execution.standardError)
                do {
                    let bytes = try await collect(execution.standardOutput)
                    return (bytes, try await errors)
                } catch {
                    // Before the other stream is awaited: it ends only with the process.
                    try? execution.send(signal: .kill, toProcessGroup: true)
                    throw error
                }
            }
            return Output(bytes: result.closureResult.0, errors: result.closureResult.1, status: result.terminationStatus)
        } catch let error as SubprocessError where error.code == .executableNotFound || error.code == .spawnFailed {
            throw Failure.notStarted
        }
    }

    /// No core dump, no file written, few descriptors: a converter needs none of them.
    private var limitArguments: [String] {
        let cpuSeconds = Int(seconds.rounded(.up))
        return [
            "--as=\(memoryBytesMax)", "--cpu=\(cpuSeconds):\(cpuSeconds + 1)", "--core=0", "--fsize=0", "--nofile=64", "--",
        ]
    }

    /// The final SIGKILL goes where the last step went: to the group.
    private var options: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        return options
    }

    private func collect(_ stream: SubprocessOutputSequence) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var pages = 0
        for try await buffer in stream {
            guard bytes.count + buffer.count <= outputBytesMax else { throw Failure.outputTooLarge }
            let start = bytes.count
            buffer.withUnsafeBytes { bytes.append(contentsOf: $0) }
            pages += bytes[start...].count { $0 == 0x0C }
            guard pages <= pagesMax else { throw Failure.tooManyPages }
        }
        return bytes
    }

    /// Reads to the end, so that a talkative child never blocks, and keeps the beginning.
    private static func prefix(of stream: SubprocessOutputSequence) async throws -> String {
        var bytes: [UInt8] = []
        for try await buffer in stream where bytes.count < errorBytesMax {
            buffer.withUnsafeBytes { bytes.append(contentsOf: $0.prefix(errorBytesMax - bytes.count)) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
