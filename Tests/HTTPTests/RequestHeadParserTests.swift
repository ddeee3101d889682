import HTTPTypes
import Testing

@testable import HTTP

@Suite struct RequestHeadParserTests {
    @Test func `reads a common head`() throws {
        let head = try #require(Feed.head("GET /v1/models?x=1 HTTP/1.1\r\nHost: localhost:8080\r\nAccept:  */* \r\n\r\n").head)
        #expect(head.request.method == .get)
        #expect(head.request.path == "/v1/models?x=1")
        #expect(head.request.authority == "localhost:8080")
        #expect(head.request.headerFields[.accept] == "*/*")
        #expect(head.request.headerFields.count == 1)
        #expect(head.framing == .none && head.minorVersion == 1 && head.keepsAlive && !head.expectsContinue)
    }

    @Test func `consumes one head and leaves the next`() {
        let first = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"
        let outcome = Feed.head("\r\n" + first + "hiGET / HTTP/1.1\r\n")
        #expect(outcome.consumed == first.utf8.count + 2)
        #expect(outcome.head?.framing == .length(2))
    }
}
