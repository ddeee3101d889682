package import HTTPTypes

/// One outgoing request.
package struct ClientRequest: Sendable {
    package var method: HTTPRequest.Method
    /// Absolute, percent-encoded by the caller; path and query go out byte for byte, dot segments too.
    package var url: String
    /// Sent as they are; `Host` only when it must differ from the URL's authority.
    package var headerFields: HTTPFields
    package var body: [UInt8]
    package var deadlines: Deadlines
    /// Whether HTTP/2 may be negotiated. Only for short calls: a multiplexed connection buffers what one stream does not read.
    package var allowsHTTP2: Bool
    /// Whether a proxy that the environment names (`http_proxy` and so on) may carry it. False for what is meant for this machine or its
    /// neighbourhood alone, such as metadata services: a proxy would answer for itself, or read along.
    package var usesProxy: Bool

    package init(
        method: HTTPRequest.Method = .get, url: String, headerFields: HTTPFields = HTTPFields(), body: [UInt8] = [],
        deadlines: Deadlines = Deadlines(), allowsHTTP2: Bool = false, usesProxy: Bool = true
    ) {
        self.method = method
        self.url = url
        self.headerFields = headerFields
        self.body = body
        self.deadlines = deadlines
        self.allowsHTTP2 = allowsHTTP2
        self.usesProxy = usesProxy
    }
}

/// Shows neither header fields' values, nor query, nor body: each may hold a secret.
extension ClientRequest: CustomReflectable {
    package var customMirror: Mirror {
        let target = String(url.unicodeScalars.prefix { $0 != "?" })
        let names = headerFields.map(\.name.rawName)
        return Mirror(
            self,
            children: ["method": method, "url": target, "headerFields": names, "body": "\(body.count) bytes"]
                as KeyValuePairs<String, Any>)
    }
}

/// How long each phase of a transfer may take; nil has no limit.
package struct Deadlines: Hashable, Sendable {
    /// DNS, TCP and TLS together.
    package var connect: Duration?
    /// From the request's start to the response head, which has to be whole by then.
    package var firstByte: Duration?
    /// Between two reads of the network once the head has come. Time in which the reader keeps the transfer paused does not count.
    package var idle: Duration?
    package var total: Duration?

    package init(
        connect: Duration? = .seconds(5), firstByte: Duration? = .seconds(60), idle: Duration? = .seconds(60),
        total: Duration? = nil
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
        self.total = total
    }
}
