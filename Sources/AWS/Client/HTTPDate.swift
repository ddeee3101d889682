/// Dates of HTTP header fields in the one form that may be sent today: `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 §5.6.7).
enum HTTPDate {
    /// Unix seconds; nil when the text has another form.
    static func unixSeconds(_ text: String) -> Double? {
        let words = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 6, words[0].count == 4, words[0].last == UInt8(ascii: ","), words[5].elementsEqual("GMT".utf8),
            let day = number(words[1], digits: 2), let year = number(words[3], digits: 4),
            let month = months.firstIndex(where: { $0.utf8.elementsEqual(words[2]) }),
            let seconds = secondsOfDay(words[4]), (1...31).contains(day)
        else { return nil }
        return Double(days(year: year, month: month + 1, day: day) * 86_400 + seconds)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func secondsOfDay(_ time: Substring.UTF8View) -> Int? {
        let parts = time.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = number(parts[0], digits: 2), let minute = number(parts[1], digits: 2),
            let second = number(parts[2], digits: 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        return (hour * 60 + minute) * 60 + second
    }

    private static func number(_ text: Substring.UTF8View, digits: Int) -> Int? {
        guard text.count == digits, text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// Days since 1970 in the Gregorian calendar, years counted from March (H. Hinnant, "chrono-compatible low-level date algorithms").
    static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
