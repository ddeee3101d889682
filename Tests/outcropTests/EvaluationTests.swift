import KnowledgeBase
import Testing

@testable import outcrop

@Suite struct EvaluationTests {
    @Test func `recall counts the relevant among five and nDCG discounts by rank`() {
        var scores = RankingScores()
        scores.add(isRelevant: [false, true, false, false, false, true], relevantCount: 2)
        #expect(scores.recall == 0.5)
        // DCG = 1/log2(3) + 1/log2(7), ideal = 1 + 1/log2(3).
        #expect(abs(scores.gain - (0.63093 + 0.35621) / 1.63093) < 1e-4)
    }

    @Test func `questions without a relevant passage do not count`() {
        var scores = RankingScores()
        scores.add(isRelevant: [], relevantCount: 0)
        scores.add(isRelevant: [true], relevantCount: 1)
        #expect(scores.recallShown == "1.000" && scores.gainShown == "1.000")
    }

    @Test(
        arguments: [
            ("a,b\n", [["a", "b"]]), ("\"x, \"\"y\"\"\",2\r\n3", [["x, \"y\"", "2"], ["3"]]),
            ("\"line\nbreak\",z", [["line\nbreak", "z"]]),
            ("", []), ("a,,c\n", [["a", "", "c"]]),
        ] as [(String, [[String]])])
    func `reads comma-separated rows`(text: String, rows: [[String]]) {
        #expect(CSVRows.parse(text) == rows)
    }
}

@Suite struct ProgressTests {
    private func progress() -> SyncJob.Progress {
        var progress = SyncJob.Progress()
        progress.filesDone = 12
        progress.filesTotal = 40
        progress.chunksDone = 310
        progress.elapsedSeconds = 6
        progress.currentFile = "a\u{1B}[2Jb.md"
        return progress
    }

    @Test func `progress shows files, pace and the time left`() {
        #expect(ProgressReport.figures(progress()) == "12/40 files · 310 chunks · 52 chunks/s · about 14 s left")
    }

    @Test func `a file name cannot send control sequences to the terminal`() {
        #expect(!ProgressReport.bar(progress()).contains("\u{1B}"))
    }
}
