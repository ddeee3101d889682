/// The line that opens and closes a passage in the prompt. It carries a secret drawn anew for each request, so that a document
/// written beforehand can neither close its own fence nor open another one.
struct PassageFence: Hashable, Sendable {
    let secret: String

    private static let drawsMax = 8

    /// Draws until the secret occurs in none of the texts; a random source that repeats itself is a fault of ours.
    init(absentFrom texts: [String], draw: () -> String) throws {
        for _ in 0..<Self.drawsMax {
            let secret = draw()
            if !secret.isEmpty, !texts.contains(where: { $0.contains(secret) }) {
                self.secret = secret
                return
            }
        }
        throw OutcropFailure(.internal, code: "fence_collision", "The passages could not be fenced off. Ask again.")
    }

    /// 64 random bits in hexadecimal.
    static func randomSecret() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Passage `number` between its fences, with file name, page and headings in the opening line.
    func enclosing(_ passage: Passage, number: Int) -> String {
        var header = ["passage \(number)", "file: \(Self.neutral(passage.filename))"]
        if let page = passage.page { header.append("page: \(page)") }
        if !passage.headings.isEmpty {
            header.append("section: " + passage.headings.suffix(6).map(Self.neutral).joined(separator: " / "))
        }
        return "<<<\(header.joined(separator: " | ")) | \(secret)>>>\n\(passage.text)\n<<<end \(secret)>>>"
    }

    static let headerScalarsMax = 200

    /// A name made harmless for the header line: one line, no control or format characters, none of the header's own signs.
    static func neutral(_ name: String) -> String {
        var view = String.UnicodeScalarView()
        for scalar in name.unicodeScalars.prefix(headerScalarsMax) {
            view.append(isHarmless(scalar) ? scalar : " ")
        }
        return String(view).split(separator: " ").joined(separator: " ")
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
        default: !["<", ">", "|", "[", "]", "{", "}", "`"].contains(scalar)
        }
    }
}
