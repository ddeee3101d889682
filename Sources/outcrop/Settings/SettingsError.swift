/// A setting that cannot be used, with the remedy.
struct SettingsError: Error, Hashable, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    static func value(_ name: String, _ value: String, wants: String) -> SettingsError {
        SettingsError("OUTCROP_\(name) is '\(value)' but must be \(wants).")
    }
}
