/// One message as it might arrive on a socket, and what must become of it under the default `HTTPLimits`.
/// The pure parsers and the live server are held to the same table: a new row is a new test of both.
struct HostileInput: Sendable, CustomStringConvertible {
    enum Verdict: Hashable, Sendable {
        /// A whole request with this body; `left` bytes after it belong to the next.
        case accepted(body: String = "", left: Int = 0)
        /// Nothing is wrong so far: the server waits for more (and answers 408 when none comes).
        case incomplete
        /// Answered with this status, then closed.
        case refused(Int)
    }

    let name: String
    let bytes: [UInt8]
    let verdict: Verdict

    var description: String { name }

    init(_ name: String, _ bytes: some Sequence<UInt8>, _ verdict: Verdict) {
        self.name = name
        self.bytes = Array(bytes)
        self.verdict = verdict
    }

    init(_ name: String, _ text: String, _ verdict: Verdict) { self.init(name, text.utf8, verdict) }

    /// A GET with one more line after Host.
    static func field(_ name: String, _ line: String, _ verdict: Verdict) -> HostileInput {
        HostileInput(name, "GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n", verdict)
    }

    /// A GET whose first line is given.
    static func line(_ name: String, _ line: String, _ verdict: Verdict) -> HostileInput {
        HostileInput(name, "\(line)\r\nHost: a\r\n\r\n", verdict)
    }

    /// A request whose only field is given.
    static func host(_ name: String, _ line: String, _ verdict: Verdict) -> HostileInput {
        HostileInput(name, "GET / HTTP/1.1\r\n\(line)\r\n\r\n", verdict)
    }

    /// A POST with framing fields and what follows the head.
    static func framed(_ name: String, _ fields: String, _ body: String, _ verdict: Verdict) -> HostileInput {
        HostileInput(name, "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)", verdict)
    }

    /// A POST with a chunked body.
    static func chunked(_ name: String, _ body: String, _ verdict: Verdict) -> HostileInput {
        framed(name, "Transfer-Encoding: chunked", body, verdict)
    }
}

enum HostileInputs {
    static let all: [HostileInput] =
        requestLines + targets + lineEnds + fields + hosts + lengths + codings + expectations + chunks + sizes

    static let requestLines: [HostileInput] = [
        .line("a plain request", "GET / HTTP/1.1", .accepted()),
        .line("a method nobody knows", "BREW / HTTP/1.1", .accepted()),
        .line("a lower-case method is another method", "get / HTTP/1.1", .accepted()),
        .line("a method of odd token characters", "M-S!#$%&'*+.^_`|~9 / HTTP/1.1", .accepted()),
        .line("a method with a colon", "GE:T / HTTP/1.1", .refused(400)),
        .line("a method with a slash", "GE/T / HTTP/1.1", .refused(400)),
        .line("a method in quotes", "\"GET\" / HTTP/1.1", .refused(400)),
        .line("a method that is not ASCII", "GÉT / HTTP/1.1", .refused(400)),
        .line("no method", " / HTTP/1.1", .refused(400)),
        .line("a space before the method", " GET / HTTP/1.1", .refused(400)),
        .line("two spaces before the target", "GET  / HTTP/1.1", .refused(400)),
        .line("two spaces before the version", "GET /  HTTP/1.1", .refused(400)),
        .line("a space after the version", "GET / HTTP/1.1 ", .refused(400)),
        .line("a tab for the first space", "GET\t/ HTTP/1.1", .refused(400)),
        .line("a tab for the second space", "GET /\tHTTP/1.1", .refused(400)),
        .line("a word too many", "GET / HTTP/1.1 x", .refused(400)),
        .line("no version", "GET /", .refused(400)),
        .line("an HTTP/0.9 request with a space", "GET / ", .refused(400)),
        .line("a method alone", "GET", .refused(400)),
        .line("a response", "HTTP/1.1 200 OK", .refused(400)),
        .line("HTTP/1.0", "GET / HTTP/1.0", .accepted()),
        .line("a later minor version", "GET / HTTP/1.2", .accepted()),
        .line("HTTP/0.9 spelled out", "GET / HTTP/0.9", .refused(505)),
        .line("HTTP/2.0", "GET / HTTP/2.0", .refused(505)),
        .line("HTTP/3.0", "GET / HTTP/3.0", .refused(505)),
        HostileInput("the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .refused(505)),
        .line("HTTP/2 without a minor version", "GET / HTTP/2", .refused(400)),
        .line("a version in lower case", "GET / http/1.1", .refused(400)),
        .line("another protocol", "GET / RTSP/1.0", .refused(400)),
        .line("a minor version of two digits", "GET / HTTP/1.10", .refused(400)),
        .line("a major version of two digits", "GET / HTTP/11.1", .refused(400)),
        .line("a signed version", "GET / HTTP/+1.1", .refused(400)),
        .line("a version with a comma", "GET / HTTP/1,1", .refused(400)),
        HostileInput("a TLS handshake", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00], .refused(400)),
        HostileInput("a byte order mark", [0xEF, 0xBB, 0xBF] + Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), .refused(400)),
        HostileInput("nothing", "", .incomplete),
        HostileInput("half a method", "GE", .incomplete),
        HostileInput("a head without its last line", "GET / HTTP/1.1\r\nHost: a\r\n", .incomplete),
        HostileInput("a head that waits for its last LF", "GET / HTTP/1.1\r\nHost: a\r\n\r", .incomplete),
    ]

    static let targets: [HostileInput] = [
        .line("a query", "GET /?a=b&c HTTP/1.1", .accepted()),
        .line("characters a strict URI would encode", "GET /{a}|\"<>^`\\[] HTTP/1.1", .accepted()),
        .line("UTF-8 that is not encoded", "GET /naïve HTTP/1.1", .accepted()),
        HostileInput(
            "octets that are not UTF-8", Array("GET /".utf8) + [0xFF] + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8), .refused(400)),
        .line("a fragment", "GET /#top HTTP/1.1", .refused(400)),
        .line("a path without a slash", "GET index.html HTTP/1.1", .refused(400)),
        .line("a query alone", "GET ?a HTTP/1.1", .refused(400)),
        .line("the asterisk for OPTIONS", "OPTIONS * HTTP/1.1", .accepted()),
        .line("the asterisk for GET", "GET * HTTP/1.1", .refused(400)),
        .line("more than an asterisk", "OPTIONS *a HTTP/1.1", .refused(400)),
        .line("absolute form", "GET http://b:80/c?d HTTP/1.1", .accepted()),
        .line("absolute form without a path", "GET http://b HTTP/1.1", .accepted()),
        .line("absolute form with a query only", "GET http://b?c HTTP/1.1", .accepted()),
        .line("absolute form in upper case", "GET HTTP://B/ HTTP/1.1", .accepted()),
        .line("absolute form over TLS", "GET https://b/ HTTP/1.1", .accepted()),
        .line("absolute form of another scheme", "GET ftp://b/ HTTP/1.1", .refused(400)),
        .line("absolute form with one slash", "GET http:/b/ HTTP/1.1", .refused(400)),
        .line("absolute form without a host", "GET http:///b HTTP/1.1", .refused(400)),
        .line("absolute form with user information", "GET http://u:p@b/ HTTP/1.1", .refused(400)),
        .line("absolute form with a bad port", "GET http://b:x/ HTTP/1.1", .refused(400)),
        HostileInput("absolute form without Host", "GET http://b/ HTTP/1.1\r\n\r\n", .refused(400)),
        .line("authority form for GET", "GET a:80 HTTP/1.1", .refused(400)),
        .line("CONNECT", "CONNECT a:443 HTTP/1.1", .refused(501)),
        .line("CONNECT with a path", "CONNECT / HTTP/1.1", .refused(501)),
    ]

    static let lineEnds: [HostileInput] = [
        HostileInput("LF for CRLF everywhere", "GET / HTTP/1.1\nHost: a\n\n", .refused(400)),
        HostileInput("LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", .refused(400)),
        HostileInput("LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", .refused(400)),
        HostileInput("LF at the end of the head", "GET / HTTP/1.1\r\nHost: a\r\n\n", .refused(400)),
        HostileInput("CR after the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", .refused(400)),
        HostileInput("CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", .refused(400)),
        HostileInput("a CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", .refused(400)),
        HostileInput("a CR in the target", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
        HostileInput("a NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
        HostileInput("one blank line before the request", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .accepted()),
        HostileInput("four blank lines before the request", "\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .accepted()),
        HostileInput(
            "five blank lines before the request", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
        HostileInput("an LF before the request", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
        HostileInput("a CR before the request", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", .refused(400)),
        HostileInput("blank lines and no request", "\r\n\r\n", .incomplete),
        HostileInput("two requests at once", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n", .accepted(left: 16)),
    ]

    static let fields: [HostileInput] = [
        .field("a field", "X: y", .accepted()),
        .field("an empty value", "X:", .accepted()),
        .field("a value of blanks", "X: \t ", .accepted()),
        .field("no blank after the colon", "X:y", .accepted()),
        .field("blanks around a value", "X: \t y \t", .accepted()),
        .field("a tab inside a value", "X: a\tb", .accepted()),
        .field("a value in UTF-8", "X: é", .accepted()),
        HostileInput(
            "a value in Latin-1", Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0xE9] + Array("\r\n\r\n".utf8), .accepted()),
        .field("the same field twice", "X: 1\r\nX: 2", .accepted()),
        .field("a name of odd token characters", "!#$%&'*+-.^_`|~9: x", .accepted()),
        .field("a colon in a value", "X: a:b", .accepted()),
        .field("a folded value", "X: a\r\n b", .refused(400)),
        .field("a value folded with a tab", "X: a\r\n\tb", .refused(400)),
        HostileInput("a folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", .refused(400)),
        .field("a line of a blank", " ", .refused(400)),
        .field("a space before the colon", "X : y", .refused(400)),
        .field("a tab before the colon", "X\t: y", .refused(400)),
        .field("a length with a space before the colon", "Content-Length : 5", .refused(400)),
        .field("a coding with a tab before the colon", "Transfer-Encoding\t: chunked", .refused(400)),
        .field("an empty name", ": y", .refused(400)),
        .field("a line without a colon", "X", .refused(400)),
        .field("a space in a name", "X Y: z", .refused(400)),
        .field("a name in UTF-8", "É: x", .refused(400)),
        .field("a name in parentheses", "(X): y", .refused(400)),
        .field("a name in brackets", "X[]: y", .refused(400)),
        .field("a NUL in a name", "X\0: y", .refused(400)),
        .field("a NUL in a value", "X: a\0b", .refused(400)),
        .field("an escape in a value", "X: \u{1B}[2J", .refused(400)),
        .field("a vertical tab in a value", "X: a\u{B}b", .refused(400)),
        .field("a DEL in a value", "X: a\u{7F}b", .refused(400)),
        .field("a pseudo field", ":method: GET", .refused(400)),
        .field("128 fields", many(127), .accepted()),
        .field("129 fields", many(128), .refused(431)),
    ]

    static let hosts: [HostileInput] = [
        HostileInput("no Host", "GET / HTTP/1.1\r\n\r\n", .refused(400)),
        HostileInput("no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", .accepted()),
        .host("a Host with a port", "Host: a:80", .accepted()),
        .host("a Host with an empty port", "Host: a:", .accepted()),
        .host("an IPv4 Host", "Host: 127.0.0.1:8080", .accepted()),
        .host("an IPv6 Host", "Host: [::1]:8080", .accepted()),
        .host("a Host with an underscore", "Host: a_b.c", .accepted()),
        .host("an encoded Host", "Host: %C3%A9.example", .accepted()),
        .host("an empty Host", "Host:", .refused(400)),
        .host("a port alone", "Host: :80", .refused(400)),
        .host("Host twice", "Host: a\r\nHost: b", .refused(400)),
        .host("the same Host twice", "Host: a\r\nhost: a", .refused(400)),
        HostileInput("Host twice in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", .refused(400)),
        .host("a Host with a path", "Host: a/b", .refused(400)),
        .host("a Host with user information", "Host: u@a", .refused(400)),
        .host("a Host with a space", "Host: a b", .refused(400)),
        .host("a URL for a Host", "Host: http://a", .refused(400)),
        .host("a Host in UTF-8", "Host: é", .refused(400)),
        .host("a Host with half an escape", "Host: a%4", .refused(400)),
        .host("a Host in quotes", "Host: \"a\"", .refused(400)),
        .host("a port that is no number", "Host: a:b", .refused(400)),
        .host("a port over 65535", "Host: a:65536", .refused(400)),
        .host("a port of six digits", "Host: a:000080", .refused(400)),
        .host("two ports", "Host: a:1:2", .refused(400)),
        .host("IPv6 without brackets", "Host: ::1", .refused(400)),
        .host("IPv6 without an end", "Host: [::1", .refused(400)),
        .host("IPv6 of eight groups", "Host: [1:2:3:4:5:6:7:8]", .accepted()),
        .host("IPv6 that ends in IPv4", "Host: [::ffff:127.0.0.1]:80", .accepted()),
        .host("IPv6 of nothing but a gap", "Host: [::]", .accepted()),
        .host("IPv6 with two gaps", "Host: [1::2::3]", .refused(400)),
        .host("IPv6 of seven groups", "Host: [1:2:3:4:5:6:7]", .refused(400)),
        .host("IPv6 of nine groups", "Host: [1:2:3:4:5:6:7:8:9]", .refused(400)),
        .host("IPv6 with a gap for nothing", "Host: [1:2:3:4::5:6:7:8]", .refused(400)),
        .host("IPv6 with three colons", "Host: [:::]", .refused(400)),
        .host("IPv6 with a group of five digits", "Host: [12345::]", .refused(400)),
        .host("IPv6 with IPv4 in the middle", "Host: [1.2.3.4::1]", .refused(400)),
        .host("IPv6 that ends in half an IPv4", "Host: [::1.2.3]", .refused(400)),
        .host("empty brackets", "Host: []", .refused(400)),
        .host("IPvFuture", "Host: [v1.a]", .refused(400)),
        .host("IPv6 with letters after it", "Host: [::1]a", .refused(400)),
        .host("IPv6 with a zone", "Host: [fe80::1%25eth0]", .refused(400)),
        .host("a Host of 300 characters", "Host: " + String(repeating: "a", count: 300), .refused(400)),
    ]

    static let lengths: [HostileInput] = [
        .framed("a length", "Content-Length: 5", "hello", .accepted(body: "hello")),
        .framed("a length and the next request", "Content-Length: 5", "helloGET", .accepted(body: "hello", left: 3)),
        .framed("a length of zero", "Content-Length: 0", "", .accepted()),
        .framed("a length with leading zeros", "Content-Length: 005", "hello", .accepted(body: "hello")),
        .framed("a body that is not all there", "Content-Length: 5", "hell", .incomplete),
        .framed("a body without a length is the next request", "X: y", "hello", .accepted(left: 5)),
        .framed("two lengths", "Content-Length: 5\r\nContent-Length: 6", "hello", .refused(400)),
        .framed("the same length twice", "Content-Length: 5\r\nContent-Length: 5", "hello", .refused(400)),
        .framed("a list of equal lengths", "Content-Length: 5, 5", "hello", .refused(400)),
        .framed("a list of lengths", "Content-Length: 5,6", "hello", .refused(400)),
        .framed("a positive sign", "Content-Length: +5", "hello", .refused(400)),
        .framed("a negative length", "Content-Length: -1", "", .refused(400)),
        .framed("a space inside", "Content-Length: 5 5", "", .refused(400)),
        .framed("an empty length", "Content-Length:", "", .refused(400)),
        .framed("a hexadecimal length", "Content-Length: 0x5", "hello", .refused(400)),
        .framed("letters", "Content-Length: five", "hello", .refused(400)),
        .framed("a fraction", "Content-Length: 5.0", "hello", .refused(400)),
        .framed("a number in quotes", "Content-Length: \"5\"", "hello", .refused(400)),
        .framed("digits that are not ASCII", "Content-Length: ٥", "hello", .refused(400)),
        .framed("underscores between digits", "Content-Length: 1_0", "", .refused(400)),
        .framed("a length of 2^63", "Content-Length: 9223372036854775808", "", .refused(400)),
        .framed("a length of 2^64", "Content-Length: 18446744073709551616", "", .refused(400)),
        .framed("a length of 2^64 + 5", "Content-Length: 18446744073709551621", "hello", .refused(400)),
        .framed("a length of 2^63 - 1", "Content-Length: 9223372036854775807", "", .refused(413)),
        .framed("a length one byte over the limit", "Content-Length: 16777217", "", .refused(413)),
        .framed("a length of exactly the limit", "Content-Length: 16777216", "", .incomplete),
    ]

    static let codings: [HostileInput] = [
        .framed("chunked", "Transfer-Encoding: chunked", "0\r\n\r\n", .accepted()),
        .framed("chunked in upper case", "Transfer-Encoding: CHUNKED", "0\r\n\r\n", .accepted()),
        .framed("a coding and a length", "Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n", .refused(400)),
        .framed("a length and a coding", "Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n", .refused(400)),
        .framed("gzip before chunked", "Transfer-Encoding: gzip, chunked", "0\r\n\r\n", .refused(501)),
        .framed("identity before chunked", "Transfer-Encoding: identity, chunked", "0\r\n\r\n", .refused(501)),
        .framed("gzip alone", "Transfer-Encoding: gzip", "", .refused(400)),
        .framed("identity alone", "Transfer-Encoding: identity", "", .refused(400)),
        .framed("chunked before gzip", "Transfer-Encoding: chunked, gzip", "", .refused(400)),
        .framed("chunked twice in a list", "Transfer-Encoding: chunked, chunked", "0\r\n\r\n", .refused(400)),
        .framed("chunked in two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n", .refused(400)),
        .framed(
            "chunked and identity in two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "", .refused(400)),
        .framed("an empty coding", "Transfer-Encoding:", "", .refused(400)),
        .framed("an empty element before chunked", "Transfer-Encoding: ,chunked", "0\r\n\r\n", .refused(400)),
        .framed("chunked with a parameter", "Transfer-Encoding: chunked;q=1", "0\r\n\r\n", .refused(400)),
        .framed("a word that ends in chunked", "Transfer-Encoding: xchunked", "0\r\n\r\n", .refused(400)),
        .framed("chunked in quotes", "Transfer-Encoding: \"chunked\"", "0\r\n\r\n", .refused(400)),
        .framed("a vertical tab before chunked", "Transfer-Encoding: \u{B}chunked", "0\r\n\r\n", .refused(400)),
        HostileInput("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .refused(400)),
        .framed("the TE field is not a framing", "TE: chunked", "", .accepted()),
    ]

    static let expectations: [HostileInput] = [
        .framed("100-continue", "Expect: 100-continue\r\nContent-Length: 1", "a", .accepted(body: "a")),
        .framed("100-Continue", "Expect: 100-Continue\r\nContent-Length: 1", "a", .accepted(body: "a")),
        .framed("another expectation", "Expect: 200-ok", "", .refused(417)),
        .framed("two expectations", "Expect: 100-continue, x", "", .refused(417)),
        .framed("an empty expectation", "Expect:", "", .refused(417)),
    ]

    static let chunks: [HostileInput] = [
        .chunked("one chunk", "5\r\nhello\r\n0\r\n\r\n", .accepted(body: "hello")),
        .chunked("two chunks and the next request", "1\r\na\r\n1\r\nb\r\n0\r\n\r\nGET", .accepted(body: "ab", left: 3)),
        .chunked(
            "a size in both cases", "0aA\r\n\(String(repeating: "x", count: 170))\r\n0\r\n\r\n",
            .accepted(body: String(repeating: "x", count: 170))),
        .chunked("sixteen digits", "0000000000000001\r\na\r\n0\r\n\r\n", .accepted(body: "a")),
        .chunked("seventeen digits", "00000000000000001\r\na\r\n0\r\n\r\n", .refused(400)),
        .chunked("several zeros at the end", "000\r\n\r\n", .accepted()),
        .chunked("CRLF as data", "2\r\n\r\n\r\n0\r\n\r\n", .accepted(body: "\r\n")),
        .chunked("an extension", "1;a=b\r\nx\r\n0;c\r\n\r\n", .accepted(body: "x")),
        .chunked("a quoted extension", "1;a=\"b;c\"\r\nx\r\n0\r\n\r\n", .accepted(body: "x")),
        .chunked("white space before an extension", "1 \t;a\r\nx\r\n0\r\n\r\n", .accepted(body: "x")),
        .chunked("white space after a size", "1 \r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("words after a size", "1 a\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("white space before a size", " 1\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("0x before a size", "0x1\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("a plus before a size", "+1\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("a minus before a size", "-1\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("an underscore in a size", "1_0\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("a letter past f", "g\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("no size", "\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("no size before an extension", ";a\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("a chunk of 2^64 - 1", "ffffffffffffffff\r\n", .refused(413)),
        .chunked("a chunk of 2^64", "10000000000000000\r\n", .refused(400)),
        .chunked("a chunk of 2^63", "8000000000000000\r\n", .refused(413)),
        .chunked("a chunk one byte over the limit", "1000001\r\n", .refused(413)),
        .chunked("chunks over the limit with the second chunk", "1\r\na\r\n1000000\r\n", .refused(413)),
        .chunked("a chunk of exactly the limit", "1000000\r\n", .incomplete),
        .chunked("LF after a size", "1\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("CR after a size", "1\rx\r\n0\r\n\r\n", .refused(400)),
        .chunked("LF after data", "1\r\nx\n0\r\n\r\n", .refused(400)),
        .chunked("CR after data", "1\r\nx\r0\r\n\r\n", .refused(400)),
        .chunked("more data than the size says", "1\r\nxy\r\n0\r\n\r\n", .refused(400)),
        .chunked("less data than the size says", "3\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("LF at the end of an extension", "1;a\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("CR in an extension", "1;a\rb\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("a NUL in an extension", "1;a\0\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("LF at the end of the body", "0\r\n\n", .refused(400)),
        .chunked("LF after the last chunk", "0\n\r\n", .refused(400)),
        .chunked("no last line", "0\r\n", .incomplete),
        .chunked("no last chunk", "1\r\nx\r\n", .incomplete),
        .chunked("data after the last chunk is no trailer", "0\r\nGET / HTTP/1.1\r\n\r\n", .refused(400)),
        .chunked("a trailer", "0\r\nX-Sum: 1\r\n\r\n", .accepted()),
        .chunked("two trailers", "0\r\nA: 1\r\nB:\r\n\r\n", .accepted()),
        .chunked("a trailer that would be framing is dropped", "0\r\nContent-Length: 9\r\n\r\n", .accepted()),
        .chunked("a folded trailer", "0\r\nA: 1\r\n b\r\n\r\n", .refused(400)),
        .chunked("a trailer without a colon", "0\r\nA\r\n\r\n", .refused(400)),
        .chunked("a trailer without a name", "0\r\n: 1\r\n\r\n", .refused(400)),
        .chunked("a space before a trailer's colon", "0\r\nA : 1\r\n\r\n", .refused(400)),
        .chunked("a trailer that ends in LF", "0\r\nA: 1\n\r\n", .refused(400)),
        .chunked("a NUL in a trailer", "0\r\nA: \0\r\n\r\n", .refused(400)),
    ]

    static let sizes: [HostileInput] = [
        .line("the longest request line", "GET /" + String(repeating: "a", count: 16_384 - 14) + " HTTP/1.1", .accepted()),
        .line(
            "a request line one byte too long", "GET /" + String(repeating: "a", count: 16_384 - 13) + " HTTP/1.1", .refused(414)),
        HostileInput("a request line without an end", "GET /" + String(repeating: "a", count: 17_000), .refused(414)),
        HostileInput("a method without an end", String(repeating: "A", count: 17_000), .refused(414)),
        .field("a head of exactly 64 KiB", filler(to: 65_536), .accepted()),
        .field("a head one byte over 64 KiB", filler(to: 65_537), .refused(431)),
        HostileInput("a field without an end", "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 70_000), .refused(431)),
        .chunked(
            "extensions at their limit", "1;" + String(repeating: "a", count: 1_023) + "\r\nx\r\n0\r\n\r\n", .accepted(body: "x")),
        .chunked("extensions one byte over", "1;" + String(repeating: "a", count: 1_024) + "\r\nx\r\n0\r\n\r\n", .refused(400)),
        .chunked("many small extensions", String(repeating: "1;abc\r\nx\r\n", count: 300) + "0\r\n\r\n", .refused(400)),
        .chunked("trailers at their limit", "0\r\nA:" + String(repeating: "a", count: 8_192 - 4) + "\r\n\r\n", .accepted()),
        .chunked("trailers one byte over", "0\r\nA:" + String(repeating: "a", count: 8_192 - 3) + "\r\n\r\n", .refused(431)),
        .chunked("trailers without an end", "0\r\n" + String(repeating: "A: b\r\n", count: 2_000), .refused(431)),
    ]

    private static func many(_ count: Int) -> String {
        (1...count).map { "X\($0): y" }.joined(separator: "\r\n")
    }

    /// A field line that makes `HostileInput.field` exactly `byteCount` bytes long.
    private static func filler(to byteCount: Int) -> String {
        let rest = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".utf8.count
        return "X: " + String(repeating: "a", count: byteCount - rest)
    }
}
