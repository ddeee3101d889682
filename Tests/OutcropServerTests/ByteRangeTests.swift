import Testing

@testable import OutcropServer

@Suite struct ByteRangeTests {
    /// Of a file of 10 bytes. RFC 9110 §14.1.2 and §14.2.
    @Test(
        arguments: [
            (nil, ByteRange.whole), ("bytes=0-3", .part(0..<4)), ("bytes=0-0", .part(0..<1)), ("bytes=4-", .part(4..<10)),
            ("bytes=9-9", .part(9..<10)),
            ("bytes=0-9", .part(0..<10)), ("bytes=0-99", .part(0..<10)), ("bytes=-3", .part(7..<10)),
            ("bytes=-10", .part(0..<10)),
            ("bytes=-99", .part(0..<10)), ("BYTES=0-3", .part(0..<4)), ("bytes=10-", .unsatisfiable),
            ("bytes=10-12", .unsatisfiable),
            ("bytes=-0", .unsatisfiable), ("bytes=99999999999999999999-", .unsatisfiable),
            ("bytes=2-99999999999999999999", .part(2..<10)),
            ("bytes=-99999999999999999999", .part(0..<10)), ("bytes=00000000000000000000000-3", .part(0..<4)),
        ] as [(String?, ByteRange)])
    func `understands one range`(field: String?, expected: ByteRange) {
        #expect(ByteRange(field: field, byteCount: 10) == expected)
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=-", "bytes=3-2", "bytes=a-b", "bytes=0-3,5-6", "bytes=0-3, 5-6", "bytes= 0-3", "bytes=+1-3",
        "bytes=--3",
        "bytes=1-2-3", "items=0-3", "bytes 0-3", "bytes=0x1-3", "bytes=１-３",
    ])
    func `ignores what it need not understand`(field: String) {
        #expect(ByteRange(field: field, byteCount: 10) == .whole)
    }

    @Test func `an empty file has no part`() {
        #expect(ByteRange(field: nil, byteCount: 0) == .whole)
        #expect(ByteRange(field: "bytes=0-", byteCount: 0) == .unsatisfiable)
        #expect(ByteRange(field: "bytes=-5", byteCount: 0) == .unsatisfiable)
    }
}
