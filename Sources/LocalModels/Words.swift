/// The words of a text as ranking compares them: lowercased, lightly stemmed; Chinese, Japanese and Korean as pairs of characters.
enum Words {
    /// Combining marks in a row that are kept: no writing has more (Unicode's Stream-Safe Text Format, UAX #15 §13), and with
    /// more a word would take the square of their number to compare.
    static let marksMax = 30

    /// Every word of the first `scalarsMax` scalars, lowercased and without apostrophes, in order.
    static func all(in text: String, scalarsMax: Int = .max) -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        var marks = 0
        for scalar in text.unicodeScalars.prefix(scalarsMax) where scalar != "'" && scalar != "’" {
            if isMark(scalar) {
                marks += 1
                if !word.isEmpty, marks <= marksMax { word.append(scalar) }
            } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                word.append(scalar)
                marks = 0
            } else if !word.isEmpty {
                words.append(String(word).lowercased())
                word = String.UnicodeScalarView()
            }
        }
        if !word.isEmpty { words.append(String(word).lowercased()) }
        return words
    }

    /// What belongs to the letter before it: accents, vowel signs, joiners.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: scalar == "\u{200C}" || scalar == "\u{200D}"
        }
    }

    /// Words that tell something about the subject: stemmed, without function words.
    static func telling(in text: String) -> [String] {
        all(in: text).filter { !functionWords.contains($0) }.flatMap(forms)
    }

    private static func forms(_ word: String) -> [String] {
        guard word.unicodeScalars.contains(where: { $0.properties.isIdeographic || isKanaOrHangul($0) }) else {
            return [stem(word)]
        }
        let characters = Array(word)
        guard characters.count > 1 else { return [word] }
        return zip(characters, characters.dropFirst()).map { String([$0, $1]) }
    }

    private static func isKanaOrHangul(_ scalar: Unicode.Scalar) -> Bool {
        (0x3040...0x30FF).contains(scalar.value) || (0xAC00...0xD7AF).contains(scalar.value)
    }

    /// Takes off the commonest English endings, the same for question and sentence; it need not be a word any more.
    static func stem(_ word: String) -> String {
        guard word.utf8.count > 3, word.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else { return word }
        for (ending, replacement) in endings where word.hasSuffix(ending) && word.utf8.count - ending.utf8.count >= 3 {
            return word.dropLast(ending.count) + replacement
        }
        return word
    }

    private static let endings = [
        ("ational", "at"), ("ations", "at"), ("ation", "at"), ("ements", ""), ("ement", ""), ("ments", ""), ("ment", ""),
        ("ings", ""),
        ("ing", ""), ("ies", "y"), ("ied", "y"), ("edly", ""), ("ates", "at"), ("ated", "at"), ("ate", "at"), ("es", ""),
        ("ed", ""),
        ("ly", ""), ("ss", "ss"), ("s", ""), ("e", ""),
    ]

    static let functionWords: Set<String> = Set(
        """
        a an the and or but if of in on at to for from by with as is are was were be been being am do does did done have has had having
        will would shall should can could may might must i you he she it we they me him her us them my your his its our their this that
        these those there here what which who whom whose when where why how not no nor so than then too very just also about into over
        under up down out off again any all some such only own same each few more most other both between during before after above
        below because while until through against tell give show explain describe please know want need im ive id whats thats dont
        der die das ein eine und oder ist sind war von zu mit auf für im den dem des wie was wer wo wann warum nicht auch
        le la les un une des et ou est sont du de au aux que qui quoi dans pour sur avec ce cette il elle ne pas
        el los las una y o es son del al por para con en se lo su como cuando donde cual
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
