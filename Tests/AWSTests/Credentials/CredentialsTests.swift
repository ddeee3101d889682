import AWS
import Testing

struct CredentialsTests {
    @Test func `prints no secret`() {
        let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden", sessionToken: "token")
        #expect("\(credentials)" == "Credentials(AKID…)")
    }
}
