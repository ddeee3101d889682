import FoundationEssentials
import Glibc
import Logging

/// Log lines on standard error: for people, or one JSON object a line for machines.
struct LogLines: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let format: Settings.LogFormat
    let label: String

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = Date().formatted(.iso8601)
        let line = format == .json ? json(time, event, fields) : text(time, event, fields)
        // On a terminal a progress bar may stand in the line.
        StandardError.write((StandardError.isTerminal ? "\r\u{1B}[K" : "") + line + "\n")
    }

    private func text(_ time: String, _ event: LogEvent, _ fields: [(key: String, value: Logger.MetadataValue)]) -> String {
        let tail = fields.map { " \($0.key)=\(Self.oneLine("\($0.value)"))" }.joined()
        return "\(time) \(event.level.rawValue) \(Self.oneLine("\(event.message)"))\(tail)"
    }

    private func json(_ time: String, _ event: LogEvent, _ fields: [(key: String, value: Logger.MetadataValue)]) -> String {
        var record = ["time": time, "level": event.level.rawValue, "message": "\(event.message)", "logger": label]
        for field in fields { record[field.key] = "\(field.value)" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(record)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// A file name or a header may hold line breaks; a log line may not (log forging).
    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}

/// Standard error, whole lines at a time.
enum StandardError {
    static func write(_ text: String) {
        _ =
            text.utf8.withContiguousStorageIfAvailable { Glibc.write(2, $0.baseAddress, $0.count) }
            ?? Array(text.utf8).withUnsafeBufferPointer { Glibc.write(2, $0.baseAddress, $0.count) }
    }

    /// Whether a person is watching.
    static var isTerminal: Bool { isatty(2) == 1 }
}

/// Standard output, written through at once so that answers are seen as they come. Ends the process with exit code 1 when it
/// cannot be written (a full disk): what nobody received is not done.
enum StandardOutput {
    static func write(_ text: String) {
        print(text, terminator: "")
        guard fflush(nil) != 0 else { return }
        StandardError.write("outcrop: standard output cannot be written (error \(errno)).\n")
        exit(1)
    }
}
