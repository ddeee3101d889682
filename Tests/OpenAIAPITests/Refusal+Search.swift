import RAG

@testable import OpenAIAPI

extension Refusal {
    static let searches: [Refusal] = [
        Refusal(.search, "{}", "query", "Missing required parameter: 'query'."),
        Refusal(.search, #"{"query":" \n"}"#, "query", "Invalid 'query': expected a query that is not blank."),
        Refusal(.search, #"{"query":[]}"#, "query", "Invalid 'query': expected at least one query."),
        Refusal(.search, #"{"query":["a",""]}"#, "query[1]", "Invalid 'query[1]': expected a query that is not blank."),
        Refusal(
            .search, #"{"query":[1]}"#, "query[0]", "Invalid type for 'query[0]': expected a string, but got an integer instead."),
        Refusal(
            .search, #"{"query":true}"#, "query",
            "Invalid type for 'query': expected a string or an array of strings, but got a boolean instead."),
        Refusal(
            .search, #"{"query":[\#(Array(repeating: #""q""#, count: 17).joined(separator: ","))]}"#, "query",
            "Invalid 'query': array too long. Expected an array with maximum length 16, but got an array with length 17 instead."),
        Refusal(
            .search, #"{"query":"\#(String(repeating: "q", count: 16_385))"}"#, "query",
            "Invalid 'query': string too long. Expected at most 16384 characters, but got 16385 instead."),
        .search(
            #""max_num_results":0"#, "max_num_results",
            "Invalid 'max_num_results': integer below minimum value. Expected a value >= 1, but got 0 instead."),
        .search(
            #""max_num_results":51"#, "max_num_results",
            "Invalid 'max_num_results': integer above maximum value. Expected a value <= 50, but got 51 instead."),
        .search(
            #""ranking_options":1"#, "ranking_options",
            "Invalid type for 'ranking_options': expected an object, but got an integer instead."),
        .search(
            #""ranking_options":{"score_threshold":-0.1}"#, "ranking_options.score_threshold",
            "Invalid 'ranking_options.score_threshold': decimal below minimum value. Expected a value >= 0, but got -0.1 instead."
        ),
        .search(
            #""rewrite_query":"no""#, "rewrite_query",
            "Invalid type for 'rewrite_query': expected a boolean, but got a string instead."),
        .filter("{}", "filters.type", "Missing required parameter: 'filters.type'."),
        .filter(
            #"{"type":"like","key":"k","value":1}"#, "filters.type",
            "Invalid value for 'filters.type': 'like'. Supported values are: "
                + "'eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin', 'and', 'or'."),
        .filter(#"{"type":"eq","value":1}"#, "filters.key", "Missing required parameter: 'filters.key'."),
        .filter(
            #"{"type":"eq","key":"","value":1}"#, "filters.key",
            "Invalid 'filters.key': expected a string with at least one character."),
        .filter(#"{"type":"eq","key":"k"}"#, "filters.value", "Missing required parameter: 'filters.value'."),
        .filter(
            #"{"type":"eq","key":"k","value":[1]}"#, "filters.value",
            "Invalid type for 'filters.value': expected a string, a number or a boolean, but got an array instead."),
        .filter(
            #"{"type":"in","key":"k","value":1}"#, "filters.value",
            "Invalid type for 'filters.value': expected an array of strings and numbers, but got an integer instead."),
        .filter(
            #"{"type":"in","key":"k","value":[null]}"#, "filters.value[0]",
            "Invalid type for 'filters.value[0]': expected a string, a number or a boolean, but got null instead."),
        .filter(
            #"{"type":"eq","key":"k","value":"\#(String(repeating: "v", count: 513))"}"#, "filters.value",
            "Invalid 'filters.value': string too long. Expected at most 512 characters, but got 513 instead."),
        .filter(
            #"{"type":"nin","key":"k","value":[1,"\#(String(repeating: "v", count: 513))"]}"#, "filters.value[1]",
            "Invalid 'filters.value[1]': string too long. Expected at most 512 characters, but got 513 instead."),
        .filter(#"{"type":"and"}"#, "filters.filters", "Missing required parameter: 'filters.filters'."),
        .filter(#"{"type":"or","filters":[]}"#, "filters.filters", "Invalid 'filters.filters': expected at least one filter."),
        .filter(
            #"{"type":"or","filters":["x"]}"#, "filters.filters[0]",
            "Invalid type for 'filters.filters[0]': expected an object, but got a string instead."),
        .filter(
            nested(depth: 9), "filters" + String(repeating: ".filters[0]", count: 8),
            "Invalid 'filters\(String(repeating: ".filters[0]", count: 8))': nested deeper than 8 levels."),
        .filter(
            #"{"type":"and","filters":[\#(Array(repeating: clause, count: 64).joined(separator: ","))]}"#, "filters.filters[63]",
            "Invalid 'filters.filters[63]': more than 64 clauses."),
    ]

    private static let clause = #"{"type":"eq","key":"k","value":1}"#

    /// A filter of `depth` levels, the innermost a comparison.
    private static func nested(depth: Int) -> String {
        String(repeating: #"{"type":"and","filters":["#, count: depth - 1) + clause + String(repeating: "]}", count: depth - 1)
    }
}
