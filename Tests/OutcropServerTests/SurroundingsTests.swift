import OutcropServer
import Testing

@Suite struct SurroundingsTests {
    @Test func `names are fresh, with 24 letters and digits of all kinds`() {
        let names = (0..<1_000).map { _ in Surroundings.live.makeID("chatcmpl-") }
        #expect(Set(names).count == names.count)
        for name in names { #expect(name.wholeMatch(of: /chatcmpl-[0-9A-Za-z]{24}/) != nil) }
        #expect(Set(names.joined().utf8).count == 63, "62 letters and digits, and the hyphen")
    }
}
