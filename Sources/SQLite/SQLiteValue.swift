/// One value to bind, in SQLite's own storage classes.
package enum SQLiteValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// What can stand behind a `?` of a statement.
package protocol SQLiteBindable {
    var sqliteValue: SQLiteValue { get }
}

extension SQLiteValue: SQLiteBindable {
    package var sqliteValue: SQLiteValue { self }
}

extension Int64: SQLiteBindable {
    package var sqliteValue: SQLiteValue { .integer(self) }
}

extension Int: SQLiteBindable {
    package var sqliteValue: SQLiteValue { .integer(Int64(self)) }
}

extension Bool: SQLiteBindable {
    package var sqliteValue: SQLiteValue { .integer(self ? 1 : 0) }
}

extension Double: SQLiteBindable {
    package var sqliteValue: SQLiteValue { .real(self) }
}

extension String: SQLiteBindable {
    package var sqliteValue: SQLiteValue { .text(self) }
}

/// Elements whose arrays are stored as one blob.
package protocol SQLiteBlobElement {
    static func blob(of elements: [Self]) -> [UInt8]
}

extension Array: SQLiteBindable where Element: SQLiteBlobElement {
    package var sqliteValue: SQLiteValue { .blob(Element.blob(of: self)) }
}

extension UInt8: SQLiteBlobElement {
    package static func blob(of elements: [UInt8]) -> [UInt8] { elements }
}

/// Little-endian, 4 bytes each.
extension Float: SQLiteBlobElement {
    package static func blob(of elements: [Float]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: elements.count * 4) { bytes, initialized in
            // Every one of the count * 4 bytes is written before `initialized` says so.
            for (index, element) in elements.enumerated() {
                let bits = element.bitPattern.littleEndian
                UnsafeMutableRawBufferPointer(bytes).storeBytes(of: bits, toByteOffset: index * 4, as: UInt32.self)
            }
            initialized = elements.count * 4
        }
    }
}

extension Optional: SQLiteBindable where Wrapped: SQLiteBindable {
    package var sqliteValue: SQLiteValue { self?.sqliteValue ?? .null }
}
