@testable import OpenAIAPI

extension Refusal {
    static let embeddings: [Refusal] = [
        Refusal(.embeddings, #"{"input":"x"}"#, "model", "Missing required parameter: 'model'."),
        embedding(#""user":"u""#, "input", "Missing required parameter: 'input'."),
        embedding(#""input":null"#, "input", "Missing required parameter: 'input'."),
        embedding(#""input":"""#, "input", "Invalid 'input': expected a text with at least one character."),
        embedding(#""input":[]"#, "input", "Invalid 'input': expected at least one text."),
        embedding(#""input":["a",""]"#, "input[1]", "Invalid 'input[1]': expected a text with at least one character."),
        embedding(#""input":["a",1]"#, "input[1]", "Invalid type for 'input[1]': expected a string, but got an integer instead."),
        embedding(#""input":["a",null]"#, "input[1]", "Invalid type for 'input[1]': expected a string, but got null instead."),
        embedding(
            #""input":{}"#, "input",
            "Invalid type for 'input': expected a string or an array of strings, but got an object instead."),
        embedding(
            #""input":5"#, "input",
            "Invalid type for 'input': expected a string or an array of strings, but got an integer instead."),
        embedding(#""input":[15339,1917]"#, "input", tokens),
        embedding(#""input":[[15339],[1917]]"#, "input", tokens),
        embedding(
            #""input":[\#(Array(repeating: #""x""#, count: 2_049).joined(separator: ","))]"#, "input",
            "Invalid 'input': array too long. Expected an array with maximum length 2048, but got an array with length 2049 instead."
        ),
        embedding(
            #""input":"x","encoding_format":"hex""#, "encoding_format",
            "Invalid value for 'encoding_format': 'hex'. Supported values are: 'float', 'base64'."),
        embedding(
            #""input":"x","dimensions":0"#, "dimensions",
            "Invalid 'dimensions': integer below minimum value. Expected a value >= 1, but got 0 instead."),
        embedding(
            #""input":"x","dimensions":"384""#, "dimensions",
            "Invalid type for 'dimensions': expected an integer, but got a string instead."),
    ]

    private static let unprintable =
        "a file name must not contain control characters, line separators or overrides of the text's direction."

    static let documents: [Refusal] = [
        Refusal(.upload, "{}", "filename", "Missing required parameter: 'filename'."),
        Refusal(
            .upload, #"{"filename":7}"#, "filename", "Invalid type for 'filename': expected a string, but got an integer instead."
        ),
        named("", "a file name must not be empty."),
        named("a/b.txt", "a file name must not contain '/' or '\\': send the name without its folder."),
        named(#"a\\b.txt"#, "a file name must not contain '/' or '\\': send the name without its folder."),
        named("..", "a file name must not begin with a dot."),
        named(".", "a file name must not begin with a dot."),
        named(#".\u0301hidden.txt"#, "a file name must not begin with a dot."),
        named(#"/\u0301etc"#, "a file name must not contain '/' or '\\': send the name without its folder."),
        named(#" \u00a0"#, "a file name must not be blank."),
        named(#"a\u0000.txt"#, unprintable),
        named(#"a\n.txt"#, unprintable),
        named(#"a\u0085.txt"#, unprintable),
        named(#"a\u2028.txt"#, unprintable),
        named(#"a\u2029.txt"#, unprintable),
        named(#"a\u202Egpj.exe"#, unprintable),
        named(#"a\u2067.txt"#, unprintable),
        named(String(repeating: "ü", count: 128), "a file name may have at most 255 bytes in UTF-8."),
        named(
            "a.txt.metadata.json", "names ending in '.metadata.json' are reserved: send the metadata in the field 'metadata'."),
        named(
            #"a\u0600.metadata.json"#,
            "names ending in '.metadata.json' are reserved: send the metadata in the field 'metadata'."),
        .upload(
            #""content_type":1"#, "content_type",
            "Invalid type for 'content_type': expected a string, but got an integer instead."),
        typed("pdf"), typed("text/"), typed("/plain"), typed("te xt/plain"), typed(#"text/plain\r\nx: y"#), typed("text/plain/x"),
        typed(""),
        .upload(
            #""content_type":"\#(String(repeating: "x", count: 256))""#, "content_type",
            "Invalid 'content_type': string too long. Expected at most 255 characters, but got 256 instead."),
        .upload(
            #""bytes":-1"#, "bytes", "Invalid 'bytes': integer below minimum value. Expected a value >= 0, but got -1 instead."),
        .upload(#""bytes":"10""#, "bytes", "Invalid type for 'bytes': expected an integer, but got a string instead."),
        .upload(#""metadata":"x""#, "metadata", "Invalid type for 'metadata': expected an object, but got a string instead."),
        .upload(
            #""metadata":{"k":{}}"#, "metadata.k",
            "Invalid type for 'metadata.k': expected a string, a number, a boolean or an array of strings, but got an object instead."
        ),
        .upload(
            #""metadata":{"k":[1]}"#, "metadata.k[0]",
            "Invalid type for 'metadata.k[0]': expected a string, but got an integer instead."),
        .upload(
            #""metadata":{"k":"\#(String(repeating: "v", count: 513))"}"#, "metadata.k",
            "Invalid 'metadata.k': string too long. Expected at most 512 characters, but got 513 instead."),
        .upload(
            #""metadata":{"\#(String(repeating: "k", count: 65))":1}"#, "metadata",
            "Invalid 'metadata': a key is longer than 64 characters."),
        .upload(
            #""metadata":{\#((0...16).map { #""k\#($0)":1"# }.joined(separator: ","))}"#, "metadata",
            "Invalid 'metadata': too many properties. Expected at most 16, but got 17 instead."),
        .upload(
            #""metadata":{"k":[\#(Array(repeating: #""v""#, count: 65).joined(separator: ","))]}"#, "metadata.k",
            "Invalid 'metadata.k': array too long. Expected an array with maximum length 64, but got an array with length 65 instead."
        ),
        Refusal(
            .sync, #"{"rebuild":"yes"}"#, "rebuild", "Invalid type for 'rebuild': expected a boolean, but got a string instead."),
    ]

    private static let tokens =
        "Invalid 'input': arrays of token numbers cannot be read, send the texts themselves. "
        + "With LangChain, construct OpenAIEmbeddings with check_embedding_ctx_length=False."

    private static func embedding(_ members: String, _ parameter: String, _ message: String) -> Refusal {
        Refusal(.embeddings, #"{"model":"m",\#(members)}"#, parameter, message)
    }

    private static func named(_ name: String, _ objection: String) -> Refusal {
        Refusal(.upload, #"{"filename":"\#(name)"}"#, "filename", "Invalid 'filename': \(objection)")
    }

    private static func typed(_ type: String) -> Refusal {
        .upload(
            #""content_type":"\#(type)""#, "content_type",
            "Invalid 'content_type': expected a media type such as 'application/pdf'.")
    }
}
