import HTTPClient
import Testing

struct ClientRequestTests {
    @Test func `has deadlines by default`() {
        #expect(ClientRequest(url: "http://localhost/").deadlines == Deadlines())
    }
}
