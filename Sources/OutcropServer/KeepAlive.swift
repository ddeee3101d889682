internal import HTTP
import Synchronization

/// Comments into a stream while its writer waits for something to write.
final class KeepAlive: Sendable {
    /// What the watch may call late: it holds the writer, and knows when not to use it any more.
    private final class Commenter: Sendable {
        let writer: any ResponseWriter
        /// A comment is being written. One that a slow client does not take is not followed by more.
        let isBusy = Atomic(false)
        let isOver = Atomic(false)

        init(_ writer: any ResponseWriter) { self.writer = writer }

        func comment() {
            if isBusy.exchange(true, ordering: .acquiringAndReleasing) { return }
            Task {
                // A failure to write is the writer's to find, with its next event.
                if !isOver.load(ordering: .acquiring) { try? await writer.write(ServerSentEvents.keepAlive) }
                isBusy.store(false, ordering: .releasing)
            }
        }
    }

    private let commenter: Commenter
    private let wait: SilenceWatch.Wait

    init(_ watch: SilenceWatch, _ writer: any ResponseWriter) {
        let commenter = Commenter(writer)
        self.commenter = commenter
        wait = watch.wait { commenter.comment() }
    }

    /// The writer has nothing to write from now on.
    func begin() { wait.begin() }
    /// It has something again.
    func pause() { wait.pause() }

    /// No comment begins after this.
    func end() {
        commenter.isOver.store(true, ordering: .releasing)
        wait.end()
    }
}
