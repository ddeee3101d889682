import Foundation
import RAG
import Testing

@testable import OutcropServer

@Suite struct SourceAddressTests {
    @Test(arguments: [
        ("https://example.com/a.pdf", "https://example.com/a.pdf"),
        ("HTTP://example.com/?q=1&r=2#page=3", "HTTP://example.com/?q=1&r=2#page=3"),
        ("s3://bucket/Große Seen (2).pdf", "s3://bucket/Gro%C3%9Fe%20Seen%20%282%29.pdf"),
        ("https://example.com/a%20b", "https://example.com/a%20b"), ("s3://b/100% sure", "s3://b/100%25%20sure"),
        ("s3://b/50%", "s3://b/50%25"), ("s3://b/5%4", "s3://b/5%254"),
        (#"https://e.com/"><script>'`\"#, "https://e.com/%22%3E%3Cscript%3E%27%60%5C"),
        ("https://e.com/\r\nset-cookie: a", "https://e.com/%0D%0Aset-cookie:%20a"), ("https://e.com/\0", "https://e.com/%00"),
        ("https://[::1]/a", "https://[::1]/a"),
    ])
    func `an address that can be opened goes out as a URL`(uri: String, link: String) {
        #expect(SourceAddress.link(uri) == link)
    }

    @Test(arguments: [
        "", "javascript:alert(1)", "JavaScript://example.com/%0aalert(1)", " https://example.com", "\nhttps://example.com",
        "data:text/html,<script>", "file:///etc/passwd", "vbscript:x", "https:", "https://", "s3://", "https:/example.com",
        "//example.com", "/etc/passwd", "ftp://example.com", "custom-document-17", "httpſ://example.com", "blob:https://e.com/1",
    ])
    func `no other address reaches a browser`(uri: String) {
        #expect(SourceAddress.link(uri) == nil)
    }

    @Test func `an endless address is none`() {
        let address = "https://e.com/"
        let rest = SourceAddress.byteCountMax - address.utf8.count
        #expect(SourceAddress.link(address + String(repeating: "a", count: rest)) != nil)
        #expect(SourceAddress.link(address + String(repeating: "a", count: rest + 1)) == nil)
    }

    @Test(arguments: [("https://example.com/a.pdf", "https://example.com/a.pdf"), ("javascript:alert(1)", "")])
    func `a citation of a document elsewhere leads there or nowhere`(uri: String, url: String) async throws {
        var fixture = try Fixture()
        fixture.answer = { _, _ in
            Fixture.events([
                .text("Rivers flow [1]."),
                .citations([
                    Citation(
                        number: 1, documentID: "remote", filename: "a.pdf", page: nil, excerpt: "Rivers flow.", range: 0..<12,
                        score: 0.5, markers: [12..<15], uri: uri)
                ]), Fixture.finished,
            ])
        }
        for isStreaming in [true, false] {
            let answer = try await fixture.transport().post(
                "/v1/chat/completions",
                #"{"model":"outcrop-extractive","messages":[{"role":"user","content":"q"}],"stream":\#(isStreaming)}"#)
            #expect(answer.text.components(separatedBy: "\"url\":\"\(url)\"").count == 3, "annotation and citation")
            #expect(!answer.text.contains("javascript:"))
        }
    }
}
