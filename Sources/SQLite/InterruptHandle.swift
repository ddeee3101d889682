import CSQLite
import Synchronization

/// Ends a running query of one connection from another thread.
///
/// Work is numbered, so that an interrupt that comes late does not hit the next piece of work.
package final class InterruptHandle: Sendable {
    private struct State {
        /// Address of the open connection; nil once it is closing.
        var address: UInt?
        var current: UInt64 = 0
        var isWorking = false
    }

    private let state: Mutex<State>

    init(_ connection: OpaquePointer) {
        state = Mutex(State(address: UInt(bitPattern: connection)))
    }

    /// Names the work that starts now.
    package func begin() -> UInt64 {
        state.withLock {
            $0.current += 1
            $0.isWorking = true
            return $0.current
        }
    }

    package func end() { state.withLock { $0.isWorking = false } }

    /// Ends `work` with `SQLITE_INTERRUPT` if it still runs; otherwise nothing happens.
    package func interrupt(_ work: UInt64) {
        state.withLock { state in
            guard state.isWorking, state.current == work else { return }
            // The lock is held: `invalidate` comes before the connection closes, so the address is alive.
            if let address = state.address { sqlite3_interrupt(OpaquePointer(bitPattern: address)) }
        }
    }

    func invalidate() { state.withLock { $0.address = nil } }
}
