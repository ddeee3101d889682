import Foundation
import Testing

@testable import AWS

struct SharedConfigurationTests {
    @Test(arguments: [
        ("profile a", ["profile", "a"]), ("profile  \"two words\"", ["profile", "two words"]),
        ("profile 'a \"b'", ["profile", "a \"b"]),
        ("profile a\\ b", ["profile", "a b"]), ("profile \"a\\\"b\\c\"", ["profile", "a\"b\\c"]), ("profile \"a", nil),
        ("a\\", nil),
        ("profile \"\"", ["profile", ""]), ("", []),
    ])
    func `splits words as a shell`(text: String, words: [String]?) { #expect(ShellWords.split(text) == words) }

    @Test func `absent files and what is no file are empty`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        for path in ["/dev/null", folder.path, folder.path + "/nothing", folder.path + "/nothing/below"] {
            let environment = ["AWS_CONFIG_FILE": path, "AWS_SHARED_CREDENTIALS_FILE": path]
            #expect(try SharedConfiguration(environment: environment).profiles.isEmpty)
        }
        #expect(try SharedConfiguration(environment: [:]).profiles.isEmpty)
    }

    @Test func `the home directory stands for ~ and for the files' folder`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try folder.write(".aws/config", "[profile a]\nregion = eu-west-1\n")
        try folder.write("elsewhere", "[profile b]\nregion = eu-west-2\n")
        #expect(try SharedConfiguration(environment: ["HOME": folder.path]).profiles.keys.sorted() == ["a"])
        let environment = ["HOME": folder.path, "AWS_CONFIG_FILE": "~/elsewhere"]
        #expect(try SharedConfiguration(environment: environment).profiles.keys.sorted() == ["b"])
    }

    @Test func `a file larger than allowed is refused, one of the allowed size is not`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let most = "[default]\n#" + String(repeating: "x", count: SharedConfiguration.fileBytesMax - 11)
        let environment = ["AWS_CONFIG_FILE": try folder.write("config", most)]
        _ = try SharedConfiguration(environment: environment)
        try folder.write("config", most + "x")
        let error = #expect(throws: AWSError.self) { try SharedConfiguration(environment: environment) }
        #expect(error?.message.contains("larger than 1048576 bytes") == true)
    }

    @Test func `what is no regular file neither hangs the reader nor fills the memory, behind a link either`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (pipe, zero, circle) = (folder.path + "/pipe", folder.path + "/zero", folder.path + "/circle")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(symlink("/dev/zero", zero) == 0)
        #expect(symlink(circle, circle) == 0)
        for path in [pipe, zero, "/dev/zero", "/dev/null", folder.path] {
            #expect(BoundedFile.read(path, byteCountMax: 10) == .absent, "\(path)")
        }
        guard case .unreadable = BoundedFile.read(circle, byteCountMax: 10) else {
            Issue.record("a link to itself is read")
            return
        }
    }
}
