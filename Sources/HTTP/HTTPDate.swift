/// IMF-fixdate (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`, from a time given as a parameter.
package enum HTTPDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    /// 0000-03-01T00:00:00Z and 9999-12-31T23:59:59Z: the years that four digits can write.
    private static let secondsRange = -62_162_208_000...253_402_300_799
    private static let secondsPerDay = 86_400

    /// The date of `unixSeconds` since 1970-01-01T00:00:00Z; a time outside of the years 0 to 9999 is moved to the nearest within.
    package static func imfFixdate(unixSeconds: Int) -> String {
        let seconds = min(max(unixSeconds, secondsRange.lowerBound), secondsRange.upperBound)
        let secondOfDay = ((seconds % secondsPerDay) + secondsPerDay) % secondsPerDay
        let days = (seconds - secondOfDay) / secondsPerDay
        let (year, month, day) = civil(days)
        let weekday = weekdays[((days % 7) + 7) % 7]
        let time = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(weekday), \(padded(day, 2)) \(months[month - 1]) \(padded(year, 4)) \(time) GMT"
    }

    /// The Gregorian date of a day counted from 1970-01-01, after Howard Hinnant's `civil_from_days`:
    /// the year begins in March, so that the leap day is its last, and 400 years (146,097 days) repeat.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
