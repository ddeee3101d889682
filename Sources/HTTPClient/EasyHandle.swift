internal import CCurl
import Glibc
internal import HTTPTypes

/// A curl easy handle and the memory that curl reads while a transfer uses it. For the owner thread.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    /// CURL_ERROR_SIZE bytes.
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?
    /// CURLOPT_POSTFIELDS reads from here until the transfer has ended.
    private var body: UnsafeMutablePointer<UInt8>?
    private let engine: Engine

    init?(engine: Engine) {
        guard let pointer = ccurl_easy_init() else { return nil }
        self.pointer = pointer
        self.engine = engine
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        engine.handleCount.add(1, ordering: .relaxed)
    }

    deinit {
        ccurl_easy_cleanup(pointer)
        letGoOfRequest()
        errorText.deallocate()
        engine.handleCount.subtract(1, ordering: .relaxed)
    }

    /// Ready for another request. Call when the handle is in no multi handle any more.
    func reset() {
        ccurl_easy_reset(pointer)
        letGoOfRequest()
    }

    private func letGoOfRequest() {
        ccurl_slist_free_all(headerList)
        headerList = nil
        body?.deallocate()
        body = nil
    }

    /// What curl says went wrong, in its own words; empty when it says nothing.
    var problem: String { String(cString: errorText) }

    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return ccurl_get_long(pointer, info, &value) == CURLE_OK ? value : 0
    }

    func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return ccurl_get_offset(pointer, info, &value) == CURLE_OK ? value : 0
    }
}

// What every transfer has.
extension EasyHandle {
    /// Sets up a handle that is new or was reset. False when curl refuses an option that matters.
    func configure(
        _ prepared: PreparedRequest, configuration: CurlClient.Configuration, library: CurlLibrary, callbacks: CurlCallbacks
    ) -> Bool {
        errorText.pointee = 0
        var options = Options(easy: pointer)
        options.set(CURLOPT_ERRORBUFFER, pointer: errorText)
        options.set(CURLOPT_NOSIGNAL, 1)
        // The deadlines are kept by `CurlThread`, whose clock leaves out frozen time. curl needs this one to try a host's next address in time.
        options.set(CURLOPT_CONNECTTIMEOUT_MS, prepared.connectMilliseconds)
        // Refused while the handle still has the buffer of an HTTP/2 transfer whose connection others went on using; it has this size too.
        options.setIfAccepted(CURLOPT_BUFFERSIZE, ClientLimits.receiveBytes)
        options.set(CURLOPT_TCP_NODELAY, 1)
        options.set(CURLOPT_FOLLOWLOCATION, 0)
        // The response to a proxy's CONNECT is none of the reader's business.
        options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // Otherwise a transfer that ends while its name is being resolved would hold up the thread until the resolver answers.
        options.setIfAccepted(CURLOPT_QUICK_EXIT, 1)
        _ = ccurl_limit_protocols(pointer)
        setTLS(&options, configuration, library)
        setRequest(&options, prepared, userAgent: configuration.userAgent)
        callbacks.install(&options)
        return options.areAccepted
    }

    private func setTLS(_ options: inout Options, _ configuration: CurlClient.Configuration, _ library: CurlLibrary) {
        options.set(CURLOPT_SSL_VERIFYPEER, 1)
        options.set(CURLOPT_SSL_VERIFYHOST, 2)
        options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        guard let file = configuration.certificateAuthorities ?? library.certificateAuthorities else { return }
        options.set(CURLOPT_CAINFO, file)
        // Without a directory curl keeps the parsed file for all connections (CURLOPT_CA_CACHE_TIMEOUT).
        options.set(CURLOPT_CAPATH, pointer: nil)
    }
}

// The request.
extension EasyHandle {
    private func setRequest(_ options: inout Options, _ prepared: PreparedRequest, userAgent: String) {
        let request = prepared.request
        options.set(CURLOPT_URL, request.url)
        options.set(CURLOPT_PATH_AS_IS, 1)
        // Goes before the environment's no_proxy.
        if !request.usesProxy { options.set(CURLOPT_NOPROXY, "*") }
        let version = request.allowsHTTP2 && prepared.isHTTPS ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        options.set(CURLOPT_HTTP_VERSION, Int(version))
        setMethodAndBody(&options, request)
        setHeaderFields(&options, request, userAgent: userAgent)
    }

    private func setMethodAndBody(_ options: inout Options, _ request: ClientRequest) {
        let hasBody = !request.body.isEmpty || [.post, .put, .patch].contains(request.method)
        if hasBody {
            options.set(CURLOPT_POST, 1)
            setBody(&options, request.body)
        } else if request.method == .head {
            options.set(CURLOPT_NOBODY, 1)
        } else {
            options.set(CURLOPT_HTTPGET, 1)
        }
        if request.method != (hasBody ? .post : .get) && request.method != .head {
            options.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    /// The copy gives curl an address that holds until `letGoOfRequest`.
    private func setBody(_ options: inout Options, _ bytes: [UInt8]) {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
        bytes.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { copy.initialize(from: base, count: source.count) }
        }
        body = copy
        options.set(CURLOPT_POSTFIELDSIZE_LARGE, offset: bytes.count)
        options.set(CURLOPT_POSTFIELDS, pointer: copy)
    }

    /// The caller's fields as they are, and none that curl would add on its own account: signatures cover what is sent.
    private func setHeaderFields(_ options: inout Options, _ request: ClientRequest, userAgent: String) {
        let fields = request.headerFields
        // curl writes Content-Length itself; `PreparedRequest` has compared the caller's.
        for field in fields where field.name != .contentLength { append(field, &options) }
        if !fields.contains(.accept) { append("Accept:", &options) }
        if !fields.contains(.expect) { append("Expect:", &options) }
        if !fields.contains(.contentType) { append("Content-Type:", &options) }
        if !fields.contains(.userAgent) { options.set(CURLOPT_USERAGENT, userAgent) }
        options.set(CURLOPT_HTTPHEADER, list: headerList)
    }

    private func append(_ field: HTTPField, _ options: inout Options) {
        var line = Array(field.name.rawName.utf8CString.dropLast())
        // Bytes, because a value need not be UTF-8.
        field.withUnsafeBytesOfValue { value in
            // curl's notation: `Name:`, blanks after it or not, removes a field; `Name;` sends it without a value.
            let isBlank = value.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
            line += (isBlank ? ";" : ": ").utf8CString.dropLast()
            if !isBlank { line += value.lazy.map(CChar.init(bitPattern:)) }
        }
        append(line + [0], &options)
    }

    private func append(_ line: UnsafePointer<CChar>, _ options: inout Options) {
        guard let longer = ccurl_slist_append(headerList, line) else { return options.note(CURLE_OUT_OF_MEMORY) }
        headerList = longer
    }
}

/// Sets options and remembers whether all were accepted.
struct Options {
    let easy: UnsafeMutableRawPointer
    private(set) var areAccepted = true

    init(easy: UnsafeMutableRawPointer) { self.easy = easy }

    mutating func set(_ option: CURLoption, _ value: Int) { note(ccurl_set_long(easy, option, value)) }
    mutating func set(_ option: CURLoption, _ value: String) { note(ccurl_set_string(easy, option, value)) }
    mutating func set(_ option: CURLoption, offset value: Int) { note(ccurl_set_offset(easy, option, value)) }
    mutating func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) { note(ccurl_set_pointer(easy, option, pointer)) }
    mutating func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) {
        note(ccurl_set_list(easy, option, list))
    }
    /// For options that some libraries, or some states, refuse without harm.
    func setIfAccepted(_ option: CURLoption, _ value: Int) { _ = ccurl_set_long(easy, option, value) }
    mutating func note(_ code: CURLcode) { areAccepted = areAccepted && code == CURLE_OK }
}
