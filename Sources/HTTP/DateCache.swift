import Glibc
import Synchronization

/// The `date` field, made once a second.
final class DateCache: Sendable {
    private let last = Mutex((second: -1, text: ""))

    var text: String {
        let second = Int(time(nil))
        return last.withLock { last in
            if last.second != second { last = (second, HTTPDate.imfFixdate(unixSeconds: second)) }
            return last.text
        }
    }
}
