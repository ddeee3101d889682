import AWS
import Testing

@testable import AWSAdapters

struct ToolNamesTests {
    @Test(arguments: [
        (["find", "look_up-2"], ["find", "look_up-2"]), (["my.tool"], ["my_tool"]), ([""], ["tool"]),
        (["ü", "日本"], ["_", "__"]),
        // A name that fits stays, whatever comes before it.
        (["a.b", "a b", "a_b"], ["a_b_2", "a_b_3", "a_b"]), (["find", "find"], ["find", "find"]),
        (["a.b", "a.b"], ["a_b", "a_b"]), (["e\u{301}", "\u{e9}"], ["e_", "_"]),
        (
            [String(repeating: "x", count: 65), String(repeating: "x", count: 66)],
            [String(repeating: "x", count: 64), String(repeating: "x", count: 62) + "_2"]
        ),
    ])
    func `gives each tool a name that Bedrock takes, and back`(names: [String], expected: [String]) {
        let table = ToolNames(names)
        #expect(names.map(table.bedrockName) == expected)
        for name in names { #expect(table.clientName(table.bedrockName(name)).utf8.elementsEqual(name.utf8)) }
    }

    @Test func `names tools that are not offered by the same rule`() {
        let table = ToolNames(["find"])
        #expect(table.bedrockName("old.tool") == "old_tool")
        #expect(table.clientName("old_tool") == "old_tool")
    }

    @Test func `counts on past names that are taken`() {
        var unique = UniqueNames(countMax: 4, separator: "_")
        let given = (0..<12).map { _ in unique.claim("abcd") }
        #expect(Set(given).count == 12)
        #expect(given.allSatisfy { $0.count <= 4 })
        #expect(given[1] == "ab_2" && given[11] == "a_12")
        #expect(unique.claim("ab_2") != "ab_2")
    }
}

struct ToolConfigurationRepairTests {
    private typealias Tool = ToolConfiguration.Tool

    private static let anything = JSONDocument.object(["type": .string("object"), "properties": .object([:])])

    private func tool(_ name: String, _ description: String? = nil, _ schema: JSONDocument = anything) -> Tool {
        Tool(name: name, description: description, inputSchema: schema)
    }

    private func repaired(_ tools: [Tool], _ choice: ToolConfiguration.Choice? = nil) -> ToolConfiguration? {
        ToolConfiguration(tools: tools, toolChoice: choice).repaired(ToolNames(tools.map(\.name)))
    }

    @Test func `leaves a good configuration alone`() {
        let good = [tool("find", "Finds"), tool("look", nil, .object(["type": .string("object"), "x": .null]))]
        for choice in [nil, .auto, .any, .tool("look")] as [ToolConfiguration.Choice?] {
            #expect(repaired(good, choice) == ToolConfiguration(tools: good, toolChoice: choice))
        }
    }

    @Test func `drops empty descriptions and tools named twice`() {
        #expect(repaired([tool("a", ""), tool("b", " \n"), tool("a", "again")])?.tools == [tool("a"), tool("b")])
    }

    @Test(arguments: [JSONDocument.null, .string("{}"), .array([]), .bool(true)])
    func `makes an object of a schema that is none`(schema: JSONDocument) {
        #expect(repaired([tool("a", nil, schema)])?.tools == [tool("a")])
    }

    @Test func `says the type of a schema that does not`() {
        let schema = JSONDocument.object(["properties": .object([:])])
        #expect(repaired([tool("a", nil, schema)])?.tools == [tool("a")])
    }

    @Test func `renames the chosen tool, and chooses freely where it is not offered`() {
        #expect(repaired([tool("a.b")], .tool("a.b")) == ToolConfiguration(tools: [tool("a_b")], toolChoice: .tool("a_b")))
        #expect(repaired([tool("a")], .tool("c"))?.toolChoice == .auto)
    }

    @Test func `is no configuration without tools`() {
        #expect(repaired([], .any) == nil)
    }
}
