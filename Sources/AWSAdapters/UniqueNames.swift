/// Gives out names, each once: of a name asked for again comes a variant with a number.
///
/// Names are ASCII and short: they have been through a filter.
struct UniqueNames: Sendable {
    private let countMax: Int
    private let separator: String
    private var taken: Set<String> = []
    /// The number last tried for a name, so that a thousand equal names take a thousand steps.
    private var numbers: [String: Int] = [:]

    /// `separator` stands before the number.
    init(countMax: Int, separator: String) {
        self.countMax = countMax
        self.separator = separator
    }

    mutating func claim(_ name: String) -> String {
        if taken.insert(name).inserted { return name }
        var number = numbers[name] ?? 1
        var variant: String
        repeat {
            number += 1
            let suffix = separator + String(number)
            variant = name.prefix(countMax - suffix.count) + suffix
        } while !taken.insert(variant).inserted
        numbers[name] = number
        return variant
    }
}

extension String {
    /// Its first `countMax` scalars with `_` in place of each that is not allowed.
    func replacing(countMax: Int, allowed: (Unicode.Scalar) -> Bool) -> String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(countMax).map { allowed($0) ? $0 : "_" }))
    }
}

extension Unicode.Scalar {
    var isASCIIAlphanumeric: Bool {
        switch self {
        case "0"..."9", "A"..."Z", "a"..."z": true
        default: false
        }
    }
}
