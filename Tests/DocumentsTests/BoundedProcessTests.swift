import Foundation
import Testing

@testable import Documents

/// Stand-ins for `pdftotext` that misbehave: each limit is reached and nothing is left running.
///
/// The stand-ins sleep for 100 s: one that is not killed breaks the time limit.
@Suite(.enabled(if: PDFTools().prlimit != nil, "prlimit (util-linux) is not installed"), .timeLimit(.minutes(1)))
struct BoundedProcessTests {
    private struct Outcome {
        var code: ExtractionError.Code?
        /// Processes of the stand-in that are left.
        var pids: [pid_t]
    }

    private func outcome(_ script: String, _ change: (inout TextExtractor.Limits) -> Void = { _ in }) async throws -> Outcome {
        var limits = TextExtractor.Limits()
        limits.pdfSeconds = 20
        change(&limits)
        return try await Fixture.withFolder { [limits] folder in
            let tool = folder + "/pdftotext"
            try Fixture.write(Array("#!/bin/sh\n\(script)\n".utf8), to: tool)
            #expect(chmod(tool, 0o700) == 0)
            let tools = PDFTools(pdftotext: tool, pdfinfo: nil, prlimit: PDFTools().prlimit)
            let code = await extractionCode { try await Fixture.extract("three-pages.pdf", limits: limits, tools: tools) }
            return Outcome(code: code, pids: Self.processes(mentioning: tool))
        }
    }

    /// Processes, zombies included, whose command line names `path`.
    private static func processes(mentioning path: String) -> [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { pid in
            let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            return String(decoding: data, as: UTF8.self).contains(path)
        }
    }

    static let misbehaviour: [(script: String, code: ExtractionError.Code)] = [
        ("sleep 100", .timedOut),
        ("trap '' TERM INT HUP; while :; do sleep 100; done", .timedOut),
        // A grandchild keeps the pipe open: the group is killed, not only the child.
        ("sleep 100 & wait", .timedOut),
        ("kill -SEGV $$", .damaged),
        ("echo 'Syntax Error: Could not find trailer' >&2; exit 1", .damaged),
        ("echo 'Command Line Error: Incorrect password' >&2; exit 1", .encrypted),
        ("exit 3", .encrypted),
        ("exit 99", .damaged),
        ("exit 0", .noText),
        // What came before the failure is not taken for the whole.
        ("printf 'page one\\f'; exit 1", .damaged), ("printf 'page one\\f'; kill -KILL $$", .damaged),
        ("printf 'page one\\f'; sleep 100", .timedOut),
        ("kill -XCPU $$", .timedOut),
        ("printf '\\f\\f\\f'", .noText),
        // A flood of complaints neither blocks the child nor is kept.
        ("head -c 300000 /dev/zero | tr '\\0' x >&2; exit 1", .damaged),
    ]

    @Test(arguments: misbehaviour)
    func `a misbehaving converter becomes an error`(script: String, code: ExtractionError.Code) async throws {
        let outcome = try await outcome(script) { if code == .timedOut { $0.pdfSeconds = 0.2 } }
        #expect(outcome.code == code)
        #expect(outcome.pids.isEmpty)
    }

    @Test func `endless output is cut off and its process killed`() async throws {
        let outcome = try await outcome("exec cat /dev/zero") { $0.textBytesMax = 100_000 }
        #expect(outcome.code == .tooLarge)
        #expect(outcome.pids.isEmpty)
    }

    @Test func `too many pages are cut off`() async throws {
        let outcome = try await outcome("while :; do printf 'page\\f'; done") { $0.pagesMax = 50 }
        #expect(outcome.code == .tooLarge)
        #expect(outcome.pids.isEmpty)
    }

    @Test func `memory, files and environment of the child are limited`() async throws {
        let memory = try await outcome("ulimit -v | grep -qx 524288 && printf 'as\\f'") { $0.pdfMemoryBytesMax = 512 * 1_048_576 }
        #expect(memory.code == nil)
        let time = try await outcome("s=$(ulimit -St); [ $s -le 20 ] && [ $(ulimit -Ht) = $((s + 1)) ] && printf 'cpu\\f'")
        #expect(time.code == nil)
        let files = try await outcome("echo x > \"$0.out\" && printf 'written\\f'; exit 99")
        #expect(files.code == .damaged)
        let environment = try await outcome("[ -z \"$HOME$USER\" ] && [ \"$(cat | wc -c)\" = 0 ] && printf 'clean\\f'")
        #expect(environment.code == nil)
    }

    @Test func `long output arrives whole`() async throws {
        try await Fixture.withFolder { folder in
            let tool = folder + "/pdftotext"
            try Fixture.write(Array("#!/bin/sh\nhead -c 500000 /dev/zero | tr '\\0' x\nprintf '\\flast\\f'\n".utf8), to: tool)
            #expect(chmod(tool, 0o700) == 0)
            let tools = PDFTools(pdftotext: tool, pdfinfo: nil, prlimit: PDFTools().prlimit)
            let document = try await Fixture.extract("three-pages.pdf", tools: tools)
            #expect(document.pageCount == 2 && document.text.utf8.count == 500_005 && document.text.hasSuffix("\u{0C}last"))
        }
    }

    @Test func `a cancelled extraction kills its process`() async throws {
        try await Fixture.withFolder { folder in
            let (tool, started) = (folder + "/pdftotext", folder + "/started")
            // The child opens the fifo for reading; our open for writing returns once it runs.
            #expect(mkfifo(started, 0o600) == 0)
            try Fixture.write(Array("#!/bin/sh\nread line < '\(started)'\nsleep 100\n".utf8), to: tool)
            #expect(chmod(tool, 0o700) == 0)
            let tools = PDFTools(pdftotext: tool, pdfinfo: nil, prlimit: PDFTools().prlimit)
            let task = Task { try await Fixture.extract("three-pages.pdf", tools: tools) }
            let descriptor = try await BlockingWork.run { open(started, O_WRONLY) }
            #expect(descriptor >= 0)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            close(descriptor)
            #expect(Self.processes(mentioning: tool).isEmpty)
        }
    }
}
