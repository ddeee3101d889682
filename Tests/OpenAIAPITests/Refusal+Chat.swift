@testable import OpenAIAPI

extension Refusal {
    private static let unparsable = "We could not parse the JSON body of your request: "

    static let bodies: [Refusal] = [
        Refusal(.chat, "", nil, unparsable + "unexpected end at line 1, column 1."),
        Refusal(.chat, "{", nil, unparsable + "expected a name in quotes at line 1, column 2."),
        Refusal(.chat, "{\"model\":\n  \"m\",}", nil, unparsable + "expected a name in quotes at line 2, column 7."),
        Refusal(.chat, "{'model':1}", nil, unparsable + "expected a name in quotes at line 1, column 2."),
        Refusal(.chat, #"{"model" 1}"#, nil, unparsable + "expected ':' at line 1, column 10."),
        Refusal(.chat, #"{"model":1 "n":1}"#, nil, unparsable + "expected ',' or '}' at line 1, column 12."),
        Refusal(.chat, #"{"a":[1 2]}"#, nil, unparsable + "expected ',' or ']' at line 1, column 9."),
        Refusal(.chat, #"{"a":NaN}"#, nil, unparsable + "unexpected character at line 1, column 6."),
        Refusal(.chat, #"{"a":tru}"#, nil, unparsable + "unexpected character at line 1, column 6."),
        Refusal(.chat, #"{"a":01}"#, nil, unparsable + "expected ',' or '}' at line 1, column 7."),
        Refusal(.chat, #"{"a":1.}"#, nil, unparsable + "expected a digit at line 1, column 8."),
        Refusal(.chat, #"{"a":1e999}"#, nil, unparsable + "a number out of range at line 1, column 11."),
        Refusal(.chat, #"{"a":"\x"}"#, nil, unparsable + "an unknown escape at line 1, column 8."),
        Refusal(.chat, #"{"a":"\ud800"}"#, nil, unparsable + "half of a surrogate pair at line 1, column 9."),
        Refusal(.chat, #"{"a":"\u12"}"#, nil, unparsable + "expected four hexadecimal digits at line 1, column 11."),
        Refusal(.chat, "{\"a\":\"\n\"}", nil, unparsable + "a control character inside a string at line 1, column 7."),
        Refusal(.chat, #"{"a":"b"#, nil, unparsable + "unexpected end inside a string at line 1, column 8."),
        Refusal(.chat, #"{} {}"#, nil, unparsable + "unexpected text after the value at line 1, column 4."),
        Refusal(
            .chat, "{\"a\":" + String(repeating: "[", count: 64), nil,
            unparsable + "nested deeper than 64 levels at line 1, column 69."),
        Refusal(.chat, "[]", nil, "The request body must be a JSON object, but got an array instead."),
        Refusal(.chat, "null", nil, "The request body must be a JSON object, but got null instead."),
        Refusal(.chat, "\"{}\"", nil, "The request body must be a JSON object, but got a string instead."),
        Refusal(.embeddings, "", nil, unparsable + "unexpected end at line 1, column 1."),
        Refusal(.sync, "[]", nil, "The request body must be a JSON object, but got an array instead."),
        Refusal(.sync, " ", nil, unparsable + "unexpected end at line 1, column 2."),
    ]

    static let messages: [Refusal] = [
        Refusal(.chat, "{}", "model", "Missing required parameter: 'model'."),
        Refusal(.chat, #"{"model":null}"#, "model", "Missing required parameter: 'model'."),
        Refusal(.chat, #"{"model":4}"#, "model", "Invalid type for 'model': expected a string, but got an integer instead."),
        Refusal(.chat, #"{"model":""}"#, "model", "Invalid 'model': expected a string with at least one character."),
        Refusal(
            .chat, #"{"model":"\#(String(repeating: "m", count: 2_049))"}"#, "model",
            "Invalid 'model': string too long. Expected at most 2048 characters, but got 2049 instead."),
        Refusal(.chat, #"{"model":"m"}"#, "messages", "Missing required parameter: 'messages'."),
        Refusal(
            .chat, #"{"model":"m","messages":"hi"}"#, "messages",
            "Invalid type for 'messages': expected an array, but got a string instead."),
        Refusal(
            .chat, #"{"model":"m","messages":[]}"#, "messages",
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead."),
        Refusal(
            .chat, #"{"model":"m","messages":[\#(Array(repeating: "{}", count: 2_049).joined(separator: ","))]}"#, "messages",
            "Invalid 'messages': array too long. Expected an array with maximum length 2048, but got an array with length 2049 instead."
        ),
        .message("1", "messages[0]", "Invalid type for 'messages[0]': expected an object, but got an integer instead."),
        .message("{}", "messages[0].role", "Missing required parameter: 'messages[0].role'."),
        .message(
            #"{"role":"boss","content":"x"}"#, "messages[0].role",
            "Invalid value for 'messages[0].role': 'boss'. Supported values are: "
                + "'system', 'developer', 'user', 'assistant', 'tool', 'function'."),
        .message(
            #"{"role":1}"#, "messages[0].role",
            "Invalid type for 'messages[0].role': expected a string, but got an integer instead."),
        .message(#"{"role":"user"}"#, "messages[0].content", "Missing required parameter: 'messages[0].content'."),
        .message(#"{"role":"user","content":null}"#, "messages[0].content", "Missing required parameter: 'messages[0].content'."),
        .message(#"{"role":"tool"}"#, "messages[0].content", "Missing required parameter: 'messages[0].content'."),
        .message(
            #"{"role":"user","content":5}"#, "messages[0].content",
            "Invalid type for 'messages[0].content': expected a string or an array of content parts, but got an integer instead."),
        .message(
            #"{"role":"user","content":{"type":"text"}}"#, "messages[0].content",
            "Invalid type for 'messages[0].content': expected a string or an array of content parts, but got an object instead."),
        .message(
            #"{"role":"user","content":["x"]}"#, "messages[0].content[0]",
            "Invalid type for 'messages[0].content[0]': expected an object, but got a string instead."),
        .message(
            #"{"role":"user","content":[{"text":"x"}]}"#, "messages[0].content[0].type",
            "Missing required parameter: 'messages[0].content[0].type'."),
        .message(
            #"{"role":"user","content":[{"type":"text"}]}"#, "messages[0].content[0].text",
            "Missing required parameter: 'messages[0].content[0].text'."),
        .message(
            #"{"role":"user","content":[{"type":"text","text":1.5}]}"#, "messages[0].content[0].text",
            "Invalid type for 'messages[0].content[0].text': expected a string, but got a decimal number instead."),
        .message(
            #"{"role":"user","content":[{"type":"video"}]}"#, "messages[0].content[0].type",
            "Invalid value for 'messages[0].content[0].type': 'video'. Supported values are: 'text'."),
        .message(
            #"{"role":"user","content":[{"type":"refusal","refusal":"no"}]}"#, "messages[0].content[0].type",
            "Invalid value for 'messages[0].content[0].type': 'refusal'. Supported values are: 'text'."),
        unreadable("image_url"), unreadable("input_audio"), unreadable("file"),
        .message(
            #"{"role":"assistant","refusal":1}"#, "messages[0].refusal",
            "Invalid type for 'messages[0].refusal': expected a string, but got an integer instead."),
        .message(
            #"{"role":"system","content":"x"},{"role":"assistant"}"#, "messages",
            "Invalid 'messages': there is no message with the role 'user', so there is no question to answer."),
        .message(
            #"{"role":"user","content":[\#(Array(repeating: "1", count: 2_049).joined(separator: ","))]}"#, "messages[0].content",
            "Invalid 'messages[0].content': array too long. Expected an array with maximum length 2048, "
                + "but got an array with length 2049 instead."),
    ]

    private static func unreadable(_ type: String) -> Refusal {
        .message(
            #"{"role":"user","content":[{"type":"text","text":"see"},{"type":"\#(type)"}]}"#, "messages[0].content[1]",
            "Invalid 'messages[0].content[1]': content of type '\(type)' cannot be read here, only text. "
                + "Files are best added to the knowledge base with POST /v1/documents.")
    }
}
