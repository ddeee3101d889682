import Testing

@testable import HTTP

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("/", []), ("*", []), ("/a/b", ["a", "b"]), ("/a/", ["a", ""]), ("//", ["", ""]), ("/a//b", ["a", "", "b"]),
        ("/a%2Fb/c", ["a/b", "c"]), ("/%2F", ["/"]), ("/a%252Fb", ["a%2Fb"]), ("/a+b", ["a+b"]), ("/na%C3%AFve", ["naïve"]),
        ("/naïve", ["naïve"]), ("/%41", ["A"]), ("/...", ["..."]), ("/.a", [".a"]), ("/a..b", ["a..b"]), ("/a;b=c", ["a;b=c"]),
        ("/a?b/c", ["a"]), ("/?", []), ("/%5C", ["\\"]), ("/%25", ["%"]), ("/🗂", ["🗂"]),
    ])
    func `splits before it decodes`(_ target: String, _ segments: [String]) throws {
        #expect(try RequestTarget(target).segments == segments)
    }

    @Test(arguments: [
        "", "a", "?a", "http://a/", "*a", "*?a=b", "/#a", "/a#b?c", "/.", "/..", "/a/../b", "/a/./b", "/%2e", "/%2E%2e",
        "/.%2e/a",
        "/a/..",
        "/..%2Fa", "/a%2F..", "/a%2F%2E%2E%2Fb", "/%2F.", "/%00", "/a%00b", "/%0A", "/%7F", "/%1B", "/%C2%85", "/\u{7}", "/%",
        "/%4",
        "/%zz", "/%4g", "/%-1", "/%+1", "/%FF", "/%C3", "/%C0%AF", "/%ED%A0%80", "/%F4%90%80%80", "/a?%", "/a?b=%4", "/a?b=%FF",
        "/a?b=%00", "/a?%00=b",
    ])
    func `refuses what would need interpretation`(_ target: String) {
        #expect { _ = try RequestTarget(target) } throws: { ($0 as? HTTPParseError)?.status == 400 }
    }

    @Test(arguments: [
        ("/", ""), ("/?", ""), ("/?a", "a="), ("/?a=", "a="), ("/?a=b", "a=b"), ("/?a=b&c=d", "a=b|c=d"),
        ("/?a=1&a=2", "a=1|a=2"),
        ("/?&&a=b&", "a=b"), ("/?a=b=c", "a=b=c"), ("/?=b", "=b"), ("/?a+b=c+d", "a b=c d"), ("/?a=%2B", "a=+"),
        ("/?a=%26%3D", "a=&="),
        ("/?a=b?c", "a=b?c"), ("/?a=l%0Am", "a=l\nm"), ("/?a;b=c", "a;b=c"), ("/?q=na%C3%AFve", "q=naïve"),
    ])
    func `reads the query in order`(_ target: String, _ items: String) throws {
        #expect(try RequestTarget(target).query.map { "\($0.name)=\($0.value)" }.joined(separator: "|") == items)
    }

    @Test func `gives the first value of a name`() throws {
        let target = try RequestTarget("/?limit=5&limit=6&empty")
        #expect(target.queryValue("limit") == "5")
        #expect(target.queryValue("empty") == "")
        #expect(target.queryValue("Limit") == nil)
    }
}
