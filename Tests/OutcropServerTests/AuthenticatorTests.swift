import HTTPTypes
import RAG
import Testing

@testable import OutcropServer

@Suite struct AuthenticatorTests {
    private let authenticator = Authenticator(apiKeys: ["first-key", "second-key", "ключ"])

    @Test(arguments: [
        "Bearer first-key", "Bearer second-key", "bearer first-key", "BEARER first-key", "Bearer   first-key",
    ])
    func `lets every key in, whatever the case of the scheme`(header: String) throws {
        let caller = try authenticator.authenticate([.authorization: header])
        #expect(caller.text.count == 8)
    }

    @Test(arguments: [
        "", "Bearer", "Bearer ", "Bearer first-ke", "Bearer first-keyy", "Bearer First-key", "Basic first-key", "first-key",
        "Bearer first-key second-key",
        "Bearer first-key, Bearer second-key", "Bearer first-key,", "Bearer first-key\tx", "Bearerfirst-key",
    ])
    func `refuses everything else with one code`(header: String) throws {
        let failure = try #require(throws: OutcropFailure.self) { try authenticator.authenticate([.authorization: header]) }
        #expect(failure.kind == .unauthenticated)
        #expect(failure.code == "invalid_api_key")
        #expect(!failure.message.contains("first-key") && !failure.message.contains("second-key"))
    }

    @Test func `asks for a key when none was sent`() throws {
        let failure = try #require(throws: OutcropFailure.self) { try authenticator.authenticate([:]) }
        #expect(failure.message.contains("Authorization: Bearer"))
    }

    @Test func `two headers are no key`() throws {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .authorization, value: "Bearer first-key"))
        fields.append(HTTPField(name: .authorization, value: "Bearer first-key"))
        #expect(throws: OutcropFailure.self) { try authenticator.authenticate(fields) }
    }

    @Test func `tells callers apart without showing their keys`() throws {
        let first = try authenticator.authenticate([.authorization: "Bearer first-key"])
        let second = try authenticator.authenticate([.authorization: "Bearer second-key"])
        #expect(first != second)
        #expect(!"first-key".contains(first.text))
    }

    @Test func `without keys everyone is let in as anyone`() throws {
        #expect(try Authenticator(apiKeys: []).authenticate([:]) == .anyone)
        #expect(try Authenticator(apiKeys: []).authenticate([.authorization: "Bearer x"]) == .anyone)
    }
}
