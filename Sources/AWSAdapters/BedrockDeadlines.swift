internal import HTTPClient

/// How long the phases of a model call may take.
package struct BedrockDeadlines: Hashable, Sendable {
    package var connect: Duration = .seconds(5)
    /// A reasoning model may think for minutes before its first token.
    package var firstByte: Duration = .seconds(120)
    package var idle: Duration = .seconds(120)
    package var total: Duration = .seconds(900)

    package init() {}

    var transfer: Deadlines { Deadlines(connect: connect, firstByte: firstByte, idle: idle, total: total) }
}
