import Foundation
import Testing

@testable import HTTP

@Suite struct HTTPDateTests {
    /// The first is the example of RFC 9110 §5.6.7; the others are from `date -u -d @N`.
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"), (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
        (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"), (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func `writes IMF-fixdate`(_ seconds: Int, _ date: String) {
        #expect(HTTPDate.imfFixdate(unixSeconds: seconds) == date)
    }

    @Test func `never leaves four digits for the year`() {
        for seconds in [Int.min, -62_167_219_200, .max] {
            #expect(HTTPDate.imfFixdate(unixSeconds: seconds).utf8.count == 29)
        }
    }

    @Test func `agrees with Foundation's calendar`() throws {
        let seed: UInt64 = 7
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for _ in 0..<1_000 {
            // From 1600 on: before 1582 Foundation's calendar is the Julian one.
            let seconds = Int.random(in: -11_676_096_000...253_402_300_799, using: &random)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday], from: Date(timeIntervalSince1970: Double(seconds)))
            let expected = Self.text(parts)
            #expect(HTTPDate.imfFixdate(unixSeconds: seconds) == expected, "\(seconds)")
        }
    }

    private static func text(_ parts: DateComponents) -> String {
        let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][parts.weekday! - 1]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = String(format: "%02d:%02d:%02d", parts.hour!, parts.minute!, parts.second!)
        return weekday + String(format: ", %02d ", parts.day!) + months[parts.month! - 1] + String(format: " %04d ", parts.year!)
            + time
            + " GMT"
    }
}
