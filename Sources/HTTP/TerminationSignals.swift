import CLinux
import Dispatch
import Glibc
import Synchronization

/// Turns SIGTERM and SIGINT into calls of a closure, on a queue of its own, until it is released or cancelled.
///
/// The signal handler itself only writes the number into a pipe (signal-safety(7)), whatever thread it hits. One object at a time in a process.
package final class TerminationSignals: Sendable {
    private let signals: [Int32]
    // Dispatch objects may be used from every thread; only the overlay does not say so.
    private nonisolated(unsafe) let source: any DispatchSourceRead

    /// Calls `body` for every signal that comes. Throws when no pipe can be made.
    package init(_ signals: [Int32] = [SIGTERM, SIGINT], _ body: @escaping @Sendable (Int32) -> Void) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw ServerError(.cannotListen, "cannot create a pipe: \(systemErrorText(errno))", systemError: errno)
        }
        let (reading, writing) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        source = DispatchSource.makeReadSource(fileDescriptor: reading, queue: DispatchQueue(label: "signals"))
        self.signals = signals
        source.setEventHandler {
            var number: UInt8 = 0
            while read(reading, &number, 1) == 1 { body(Int32(number)) }
        }
        source.setCancelHandler {
            close(reading)
            close(writing)
        }
        source.resume()
        for signal in signals { _ = clinux_signal_to_descriptor(signal, writing) }
    }

    /// Gives the signals their default action back.
    package func cancel() {
        for signal in signals { _ = clinux_signal_default(signal) }
        source.cancel()
    }

    deinit { cancel() }
}

/// Writing to a closed socket or pipe becomes an error instead of the end of the process.
package func ignoreBrokenPipe() { _ = clinux_signal_ignore(SIGPIPE) }
