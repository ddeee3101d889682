@testable import OpenAIAPI

extension Refusal {
    static let options: [Refusal] = [
        .chat(#""stream":"true""#, "stream", "Invalid type for 'stream': expected a boolean, but got a string instead."),
        .chat(#""stream":1"#, "stream", "Invalid type for 'stream': expected a boolean, but got an integer instead."),
        .chat(
            #""stream_options":true"#, "stream_options",
            "Invalid type for 'stream_options': expected an object, but got a boolean instead."),
        .chat(
            #""stream_options":{"include_usage":0}"#, "stream_options.include_usage",
            "Invalid type for 'stream_options.include_usage': expected a boolean, but got an integer instead."),
        .chat(
            #""temperature":2.1"#, "temperature",
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.1 instead."),
        .chat(
            #""temperature":-1"#, "temperature",
            "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead."),
        .chat(
            #""temperature":"0""#, "temperature",
            "Invalid type for 'temperature': expected a decimal number, but got a string instead."),
        .chat(
            #""top_p":1.5"#, "top_p", "Invalid 'top_p': decimal above maximum value. Expected a value <= 1, but got 1.5 instead."),
        .chat(#""top_p":[]"#, "top_p", "Invalid type for 'top_p': expected a decimal number, but got an array instead."),
        .chat(
            #""max_tokens":0"#, "max_tokens",
            "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead."),
        .chat(
            #""max_tokens":1.5"#, "max_tokens",
            "Invalid type for 'max_tokens': expected an integer, but got a decimal number instead."),
        .chat(
            #""max_tokens":-1e300"#, "max_tokens",
            "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got \(Int.min) instead."),
        .chat(
            #""max_completion_tokens":-5"#, "max_completion_tokens",
            "Invalid 'max_completion_tokens': integer below minimum value. Expected a value >= 1, but got -5 instead."),
        .chat(
            #""max_completion_tokens":"9""#, "max_completion_tokens",
            "Invalid type for 'max_completion_tokens': expected an integer, but got a string instead."),
        .chat(#""seed":"x""#, "seed", "Invalid type for 'seed': expected an integer, but got a string instead."),
        .chat(#""seed":0.5"#, "seed", "Invalid type for 'seed': expected an integer, but got a decimal number instead."),
        .chat(#""user":{}"#, "user", "Invalid type for 'user': expected a string, but got an object instead."),
        .chat(
            #""stop":1"#, "stop", "Invalid type for 'stop': expected a string or an array of strings, but got an integer instead."
        ),
        .chat(#""stop":["a",null]"#, "stop[1]", "Invalid type for 'stop[1]': expected a string, but got null instead."),
        .chat(
            #""stop":["a","b","c","d","e"]"#, "stop",
            "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead."),
        .chat(
            #""retrieval":"always""#, "retrieval", "Invalid type for 'retrieval': expected an object, but got a string instead."),
        .chat(
            #""retrieval":{"mode":"sometimes"}"#, "retrieval.mode",
            "Invalid value for 'retrieval.mode': 'sometimes'. Supported values are: 'auto', 'always', 'never'."),
        .chat(
            #""retrieval":{"top_k":0}"#, "retrieval.top_k",
            "Invalid 'retrieval.top_k': integer below minimum value. Expected a value >= 1, but got 0 instead."),
        .chat(
            #""retrieval":{"top_k":51}"#, "retrieval.top_k",
            "Invalid 'retrieval.top_k': integer above maximum value. Expected a value <= 50, but got 51 instead."),
        .chat(
            #""retrieval":{"min_score":1.01}"#, "retrieval.min_score",
            "Invalid 'retrieval.min_score': decimal above maximum value. Expected a value <= 1, but got 1.01 instead."),
        .chat(
            #""retrieval":{"filter":[]}"#, "retrieval.filter",
            "Invalid type for 'retrieval.filter': expected an object, but got an array instead."),
        .chat(
            #""retrieval":{"filter":{"type":"and","filters":[{"type":"eq","key":"k"}]}}"#, "retrieval.filter.filters[0].value",
            "Missing required parameter: 'retrieval.filter.filters[0].value'."),
        .chat(#""metadata":[]"#, "metadata", "Invalid type for 'metadata': expected an object, but got an array instead."),
    ]

    static let beyond: [Refusal] = [
        .chat(
            #""n":2"#, "n",
            "Invalid 'n': only one choice per request is available: leave 'n' out or set it to 1, and ask again for more."),
        .chat(#""n":0"#, "n", "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead."),
        .chat(#""n":129"#, "n", "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 129 instead."),
        .chat(#""n":"1""#, "n", "Invalid type for 'n': expected an integer, but got a string instead."),
        .chat(
            #""logprobs":true"#, "logprobs",
            "Invalid 'logprobs': token log probabilities are not available: leave 'logprobs' out."),
        .chat(#""logprobs":5"#, "logprobs", "Invalid type for 'logprobs': expected a boolean, but got an integer instead."),
        .chat(
            #""logit_bias":{"50256":-100}"#, "logit_bias",
            "Invalid 'logit_bias': token biases are not available: leave 'logit_bias' out."),
        .chat(#""logit_bias":[]"#, "logit_bias", "Invalid type for 'logit_bias': expected an object, but got an array instead."),
        .chat(#""modalities":["text","audio"]"#, "modalities", "Invalid 'modalities': only the modality 'text' is available."),
        .chat(
            #""modalities":"text""#, "modalities", "Invalid type for 'modalities': expected an array, but got a string instead."),
        .chat(#""tools":{}"#, "tools", "Invalid type for 'tools': expected an array, but got an object instead."),
        .chat(#""tools":["search"]"#, "tools[0]", "Invalid type for 'tools[0]': expected an object, but got a string instead."),
        .chat(
            #""tools":[\#(Array(repeating: "{}", count: 129).joined(separator: ","))]"#, "tools",
            "Invalid 'tools': array too long. Expected an array with maximum length 128, but got an array with length 129 instead."
        ),
        .chat(#""functions":1"#, "functions", "Invalid type for 'functions': expected an array, but got an integer instead."),
        .chat(
            #""tool_choice":"never""#, "tool_choice",
            "Invalid value for 'tool_choice': 'never'. Supported values are: 'none', 'auto', 'required'."),
        .chat(
            #""tool_choice":1"#, "tool_choice",
            "Invalid type for 'tool_choice': expected a string or an object, but got an integer instead."),
        .chat(
            #""response_format":"json""#, "response_format",
            "Invalid type for 'response_format': expected an object, but got a string instead."),
        .chat(#""response_format":{}"#, "response_format.type", "Missing required parameter: 'response_format.type'."),
        .chat(
            #""response_format":{"type":"xml"}"#, "response_format.type",
            "Invalid value for 'response_format.type': 'xml'. Supported values are: 'text', 'json_object', 'json_schema'."),
    ]
}
