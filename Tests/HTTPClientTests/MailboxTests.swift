import Testing

@testable import HTTPClient

struct MailboxTests {
    typealias Box = Mailbox<String, String>
    private struct Broken: Error {}

    private let head = ResponseHead(status: .ok, headerFields: [:])
    private let full = [UInt8](repeating: 7, count: ClientLimits.waitingBytesMax)

    private func deliver(
        _ box: inout Box, head: ResponseHead? = nil, _ bytes: [UInt8] = [], end: Box.End? = nil
    ) -> Box.Wakeups {
        var arrived = bytes
        defer { #expect(arrived.isEmpty) }
        return box.deliver(head: head, arrived: &arrived, end: end)
    }

    /// In one word each, for comparing.
    private func text(_ taken: Box.Taken) -> String {
        switch taken {
        case .piece(let bytes, let resumes): "\(bytes)\(resumes ? " resumes" : "")"
        case .end: "end"
        case .failed(let error): "failed \(error)"
        case .mustWait: "wait"
        case .occupied: "occupied"
        }
    }

    @Test func `head, bytes and end come in this order`() throws {
        var box = Box()
        #expect(box.waitForHead("task") == nil)
        let wakeups = deliver(&box, head: head, [1, 2], end: .whole)
        #expect(wakeups.head?.waiter == "task")
        #expect(try wakeups.head?.result.get().status == .ok)
        #expect(wakeups.piece == nil)
        #expect(text(box.take("task")) == "[1, 2]")
        #expect(text(box.take("task")) == "end")
        #expect(text(box.take("task")) == "end")
    }

    @Test func `a waiting reader is woken with all that came`() throws {
        var box = Box()
        #expect(text(box.take("reader")) == "wait")
        #expect(deliver(&box).piece == nil)
        let wakeups = deliver(&box, [1, 2, 3])
        #expect(wakeups.piece?.waiter == "reader")
        #expect(try wakeups.piece?.result.get() == [1, 2, 3])
        #expect(box.byteCount == 0)
        _ = deliver(&box, [4])
        _ = deliver(&box, [5])
        #expect(text(box.take("reader")) == "[4, 5]")
    }

    @Test func `a waiting reader is woken by the end`() throws {
        var box = Box()
        #expect(text(box.take("reader")) == "wait")
        let wakeups = deliver(&box, end: .whole)
        #expect(wakeups.piece?.waiter == "reader")
        #expect(try wakeups.piece?.result.get() == nil)
    }

    @Test func `bytes before a failure are read before it`() {
        var box = Box()
        _ = deliver(&box, head: head, [1], end: .failed(Broken()))
        #expect(text(box.take("reader")) == "[1]")
        #expect(text(box.take("reader")) == "failed Broken()")
        #expect(text(box.take("reader")) == "failed Broken()")
    }

    @Test func `a failure before the head goes to who waits for the head`() {
        var box = Box()
        #expect(box.waitForHead("task") == nil)
        let wakeups = deliver(&box, end: .failed(Broken()))
        #expect(wakeups.head?.waiter == "task")
        #expect(throws: Broken.self) { try wakeups.head?.result.get() }
        #expect(box.waitForHead("late") is Broken)
    }

    @Test func `what comes after the end is dropped`() {
        var box = Box()
        _ = deliver(&box, end: .whole)
        let wakeups = deliver(&box, [1], end: .failed(Broken()))
        #expect(wakeups.piece == nil)
        #expect(text(box.take("reader")) == "end")
    }

    @Test func `a second reader is turned away`() {
        var box = Box()
        #expect(text(box.take("one")) == "wait")
        #expect(text(box.take("two")) == "occupied")
        #expect(deliver(&box, [1]).piece?.waiter == "one")
    }

    @Test func `a full mailbox pauses the transfer until it is read`() {
        var box = Box()
        _ = deliver(&box, full)
        #expect(box.room(incoming: 1, undelivered: 0) == .full)
        guard case .piece(let bytes, resumes: true) = box.take("reader") else {
            Issue.record("the reader does not resume the transfer")
            return
        }
        #expect(bytes == full)
        #expect(box.room(incoming: full.count, undelivered: 0) == .enough)
        #expect(text(box.take("reader")) == "wait")
    }

    @Test func `a transfer that paused before its bytes were delivered goes on when the reader gets them`() {
        var box = Box()
        #expect(text(box.take("reader")) == "wait")
        #expect(box.room(incoming: 1, undelivered: full.count) == .full)
        let wakeups = deliver(&box, full)
        #expect(wakeups.piece?.waiter == "reader")
        #expect(wakeups.resumes)
        #expect(!deliver(&box, [1]).resumes)
    }

    @Test func `a transfer never pauses with nothing to be read`() {
        var box = Box()
        #expect(box.room(incoming: ClientLimits.waitingBytesMax * 2, undelivered: 0) == .enough)
    }

    @Test func `an abandoned transfer wants nothing more`() {
        var box = Box()
        _ = deliver(&box, full)
        #expect(box.room(incoming: 1, undelivered: 0) == .full)
        let (wakeups, wasRunning) = box.abandon(CancellationError())
        #expect(wasRunning && wakeups.piece == nil && !wakeups.resumes)
        #expect(box.byteCount == 0)
        #expect(box.room(incoming: 1, undelivered: 0) == .unwanted)
        #expect(text(box.take("reader")) == "failed CancellationError()")
        #expect(!box.abandon(CancellationError()).wasRunning)
    }

    @Test func `abandoning wakes who waits`() {
        var box = Box()
        #expect(text(box.take("reader")) == "wait")
        let wakeups = box.abandon(CancellationError()).0
        #expect(wakeups.piece?.waiter == "reader")
        #expect(throws: CancellationError.self) { try wakeups.piece?.result.get() }
    }

    @Test func `a response that was read to its end stays whole when it is abandoned`() {
        var box = Box()
        _ = deliver(&box, [1], end: .whole)
        _ = box.take("reader")
        #expect(!box.abandon(CancellationError()).wasRunning)
        #expect(text(box.take("reader")) == "end")
    }

    @Test func `a response whose rest was abandoned is not whole, though all of it had come`() {
        var box = Box()
        _ = deliver(&box, [1], end: .whole)
        #expect(!box.abandon(CancellationError()).wasRunning)
        #expect(box.byteCount == 0)
        #expect(text(box.take("reader")) == "failed CancellationError()")
    }
}
