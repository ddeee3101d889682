/// Flags over environment, by setting name; knows which of them are set and refuses names it has never heard of.
struct RawSettings {
    private var values: [String: String] = [:]
    /// The whole environment, for the few names that are not ours (`PORT`, `LAMBDA_TASK_ROOT`).
    let environment: [String: String]

    init(environment: [String: String], flags: [String: String]) throws {
        self.environment = environment
        for (key, value) in environment where key.hasPrefix("OUTCROP_") {
            let name = String(key.dropFirst("OUTCROP_".count))
            guard Setting.names.contains(name) || name.hasPrefix("LIMIT_") else { throw Self.unknown(key) }
            if !value.isEmpty { values[name] = value }
        }
        // An unset shell variable behind a flag, as in --data "$DATA": with "" the files would go to the root folder.
        if let name = flags.filter({ $0.value.isEmpty }).keys.min() {
            throw SettingsError("The flag for OUTCROP_\(name) is empty: give it a value or leave it out.")
        }
        values.merge(flags) { $1 }
    }

    subscript(_ name: String) -> String? { values[name] }

    func int(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = values[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw SettingsError.value(name, text, wants: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let text = values[name] else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw SettingsError.value(name, text, wants: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) throws -> Choice? where Choice.RawValue == String {
        guard let text = values[name] else { return nil }
        guard let value = Choice(rawValue: text) else {
            throw SettingsError.value(name, text, wants: Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return value
    }

    func list(_ name: String) -> [String] {
        (values[name] ?? "").split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
    }

    /// Names of the form `LIMIT_…` that are set, with their values.
    var limits: [(name: String, value: String)] {
        values.filter { $0.key.hasPrefix("LIMIT_") }.map { (String($0.key.dropFirst("LIMIT_".count)), $0.value) }.sorted {
            $0.0 < $1.0
        }
    }

    private static func unknown(_ key: String) -> SettingsError {
        let near = Setting.all.map(\.environmentName).min { distance($0, key) < distance($1, key) }
        return SettingsError(
            "\(key) is not a setting of outcrop. Did you mean \(near ?? "OUTCROP_PORT")? 'outcrop serve --help' lists them all.")
    }

    /// Levenshtein distance, for the suggestion.
    private static func distance(_ left: String, _ right: String) -> Int {
        var row = Array(0...right.utf8.count)
        for (i, a) in left.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.utf8.enumerated() {
                let substituted = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.utf8.count]
    }
}

extension StringProtocol {
    /// Without white space at either end.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
            return ""
        }
        return String(self[first...last])
    }
}
