/// UTF-8 text under construction that refuses to outgrow its limit and knows its length in Unicode scalars.
struct TextBuffer {
    private(set) var bytes: [UInt8] = []
    private(set) var scalarCount = 0
    private let byteCountMax: Int

    init(byteCountMax: Int) {
        self.byteCountMax = byteCountMax
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ byte: UInt8) throws(ExtractionError) {
        guard bytes.count < byteCountMax else { throw Self.tooLarge(byteCountMax) }
        bytes.append(byte)
        // Every byte but a continuation byte (10xxxxxx) begins a scalar.
        if byte & 0xC0 != 0x80 { scalarCount += 1 }
    }

    mutating func append(contentsOf other: some Sequence<UInt8>) throws(ExtractionError) {
        let start = bytes.count
        bytes.append(contentsOf: other)
        guard bytes.count <= byteCountMax else { throw Self.tooLarge(byteCountMax) }
        scalarCount += Documents.scalarCount(bytes[start...])
    }

    mutating func append(_ scalar: Unicode.Scalar) throws(ExtractionError) {
        try append(contentsOf: UTF8.encode(scalar)!)
    }

    static func tooLarge(_ byteCountMax: Int) -> ExtractionError {
        ExtractionError(.tooLarge, "The text is larger than \(byteCountMax) bytes. Split the file or raise the text limit.")
    }
}

extension UInt8 {
    var isASCIIDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isASCIILetter: Bool { self | 0x20 >= 0x61 && self | 0x20 <= 0x7A }
    /// HTML's and JSON's white space: space, tab, LF, FF, CR.
    var isASCIISpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0C || self == 0x0D }
    var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}
