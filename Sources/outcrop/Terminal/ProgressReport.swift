import KnowledgeBase
import Logging

/// Shows a sync as it goes: a bar on a terminal, otherwise a log line every few seconds.
struct ProgressReport {
    static let lineSeconds = 5.0
    private static let barWidth = 24
    /// Syncs that touch nothing are not worth a line.
    private var lastLineAt = 0.0
    private var drewBar = false
    let logger: Logger
    let isTerminal: Bool

    init(logger: Logger, isTerminal: Bool = StandardError.isTerminal) {
        self.logger = logger
        self.isTerminal = isTerminal
    }

    /// Follows the job to its end.
    mutating func follow(_ jobID: String, in knowledgeBase: KnowledgeBase) async {
        for await job in knowledgeBase.progress(of: jobID) { show(job) }
        if drewBar { StandardError.write("\r\u{1B}[K") }
    }

    private mutating func show(_ job: SyncJob) {
        guard job.status == .running, job.progress.filesTotal > 0 else { return }
        if isTerminal {
            // Without automatic wrapping (DECAWM): a line longer than the terminal is wide could not be wiped again.
            StandardError.write("\r\u{1B}[K\u{1B}[?7l" + Self.bar(job.progress) + "\u{1B}[?7h")
            drewBar = true
        } else if job.progress.elapsedSeconds - lastLineAt >= Self.lineSeconds {
            lastLineAt = job.progress.elapsedSeconds
            logger.info("indexing: \(Self.figures(job.progress))")
        }
    }

    static func bar(_ progress: SyncJob.Progress) -> String {
        let filled = barWidth * min(progress.filesDone, progress.filesTotal) / max(progress.filesTotal, 1)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: barWidth - filled)
        let name = progress.currentFile.map { "  " + $0.suffix(32).filter { !$0.isNewline && $0 != "\u{1B}" } } ?? ""
        return "Indexing \(bar) \(figures(progress))\(name)"
    }

    /// `12/40 files · 310 chunks · 55 chunks/s · about 40 s left`
    static func figures(_ progress: SyncJob.Progress) -> String {
        let rate = progress.elapsedSeconds > 0 ? Double(progress.chunksDone) / progress.elapsedSeconds : 0
        var parts = [
            "\(progress.filesDone)/\(progress.filesTotal) files", "\(progress.chunksDone) chunks",
            "\(Int(rate.rounded())) chunks/s",
        ]
        if progress.filesDone > 0, progress.elapsedSeconds >= 1 {
            let perFile = progress.elapsedSeconds / Double(progress.filesDone)
            parts.append("about \(Int((perFile * Double(progress.filesTotal - progress.filesDone)).rounded(.up))) s left")
        }
        return parts.joined(separator: " · ")
    }
}
