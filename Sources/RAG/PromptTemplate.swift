/// The text around the passages, parsed once: plain text, `{{value}}`, and sections that a flag switches.
///
/// Syntax: `{{name}}` puts a value, `{{#flag}}…{{/flag}}` stays when the flag holds, `{{^flag}}…{{/flag}}` when it does not,
/// `{{! … }}` is a comment. A section tag or comment alone on its line takes the line with it. Values are put in once and
/// never read again as template text, so a passage holding `{{passages}}` stays what it is.
package struct PromptTemplate: Hashable, Sendable {
    package enum Value: String, CaseIterable, Sendable {
        case passages, fence
    }

    package enum Flag: String, CaseIterable, Sendable {
        case grounded, strict
        case nothingFound = "nothing_found"
        case noDocuments = "no_documents"
        case notWanted = "not_wanted"
    }

    package static let byteCountMax = 64 * 1024
    package static let depthMax = 8

    indirect enum Node: Hashable, Sendable {
        case text(String)
        case value(Value)
        case section(Flag, when: Bool, [Node])
    }

    private let nodes: [Node]

    /// Throws `OutcropFailure` with code `prompt_template_invalid`, naming the line and the placeholder at fault.
    package init(parsing text: String) throws {
        guard text.utf8.count <= Self.byteCountMax else {
            throw PromptTemplateParser.failure("The prompt template is longer than \(Self.byteCountMax) bytes. Shorten it.")
        }
        var parser = PromptTemplateParser(text)
        nodes = try parser.parse()
    }

    /// The text with values put in and sections decided, without blank lines at either end.
    package func filled(_ values: [Value: String], flags: Set<Flag>) -> String {
        var output = ""
        Self.append(nodes, values, flags, to: &output)
        return output.trimmed
    }

    private static func append(_ nodes: [Node], _ values: [Value: String], _ flags: Set<Flag>, to output: inout String) {
        for node in nodes {
            switch node {
            case .text(let text): output += text
            case .value(let value): output += values[value] ?? ""
            case .section(let flag, let when, let inner):
                if flags.contains(flag) == when { append(inner, values, flags, to: &output) }
            }
        }
    }

    /// The template that comes with the program.
    package static var builtIn: String { String(decoding: PackageResources.prompt_tmpl, as: UTF8.self) }
}
