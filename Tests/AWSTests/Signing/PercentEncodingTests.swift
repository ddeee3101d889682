import Testing

@testable import AWS

struct PercentEncodingTests {
    @Test func `keeps unreserved characters and encodes all others byte by byte`() {
        let unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        #expect(PercentEncoding.segment(unreserved) == unreserved)
        #expect(PercentEncoding.segment("") == "")
        #expect(
            PercentEncoding.segment(" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}\u{7F}\0")
                == "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D%7F%00")
        #expect(PercentEncoding.segment("ሴ é 🦆") == "%E1%88%B4%20%C3%A9%20%F0%9F%A6%86")
    }

    @Test func `a model's ARN is one segment and a key keeps its slashes`() {
        #expect(
            PercentEncoding.segment("arn:aws:bedrock:us-east-1:1:inference-profile/us.m-v1:0")
                == "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.m-v1%3A0")
        #expect(PercentEncoding.path("a/b c//../ü+%41") == "a/b%20c//../%C3%BC%2B%2541")
    }

    @Test(arguments: [
        ("a%41%2f%2F", "aA%2F%2F"), ("%", "%25"), ("%4", "%254"), ("%zz", "%25zz"), ("%%41", "%25A"),
        ("a b/ü+", "a%20b%2F%C3%BC%2B"),
        ("%c3%bc", "%C3%BC"), ("%7e~", "~~"), ("", ""),
    ])
    func `text with escapes has one canonical form`(_ text: String, _ canonical: String) {
        var bytes: [UInt8] = []
        PercentEncoding.appendCanonical(ArraySlice(text.utf8), to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == canonical)
    }
}
