/// A moment in UTC, spelt as signatures and policies want it.
struct SigningTime {
    /// `20150830T123600Z`, ISO 8601 basic format.
    let timestamp: String
    /// `20150830`, the day of the credential scope.
    let date: Substring
    /// `2015-08-30T12:36:00Z`, ISO 8601 extended format, as a policy's expiration is written.
    let extended: String

    /// `unixSeconds` up to the year 9999; more makes no sense and prints more digits.
    init(unixSeconds: Int) {
        let (days, second) = Self.floorDivided(unixSeconds, by: 86_400)
        let (year, month, day) = Self.civil(daysSince1970: days)
        let parts = [year, month, day, second / 3_600, second / 60 % 60, second % 60].map(Self.twoDigits)
        timestamp = "\(parts[0])\(parts[1])\(parts[2])T\(parts[3])\(parts[4])\(parts[5])Z"
        date = timestamp.prefix { $0 != "T" }
        extended = "\(parts[0])-\(parts[1])-\(parts[2])T\(parts[3]):\(parts[4]):\(parts[5])Z"
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func floorDivided(_ number: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// The proleptic Gregorian date, counted in 400-year eras that begin on 1 March.
    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    private static func civil(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = floorDivided(daysSince1970 + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
