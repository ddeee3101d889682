import AWSAdapters
import Testing

struct BedrockDeadlinesTests {
    @Test func `give a reasoning model minutes`() {
        #expect(BedrockDeadlines().firstByte >= .seconds(60))
    }
}
