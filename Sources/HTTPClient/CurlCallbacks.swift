internal import CCurl
import Glibc

/// curl's callbacks of one transfer. They run on the owner thread, inside calls of curl, and may call nothing of curl themselves.
struct CurlCallbacks {
    /// Is in the owner's table, and so alive, for as long as its handle is in the multi handle; no callback comes later.
    unowned let transfer: ActiveTransfer

    func install(_ options: inout Options) {
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        options.set(CURLOPT_PRIVATE, pointer: context)
        options.set(CURLOPT_WRITEDATA, pointer: context)
        options.set(CURLOPT_HEADERDATA, pointer: context)
        options.set(CURLOPT_PREREQDATA, pointer: context)
        options.set(CURLOPT_OPENSOCKETDATA, pointer: context)
        options.note(ccurl_set_write_callback(options.easy, CURLOPT_WRITEFUNCTION, onBody))
        options.note(ccurl_set_write_callback(options.easy, CURLOPT_HEADERFUNCTION, onHeaderLine))
        options.note(ccurl_set_prereq_callback(options.easy, onConnected))
        options.note(ccurl_set_opensocket_callback(options.easy, onSocket))
    }

    /// The transfer of a handle in the multi handle.
    static func transfer(of easy: UnsafeMutableRawPointer?) -> ActiveTransfer? {
        var context: UnsafeMutablePointer<CChar>?
        guard let easy, ccurl_get_pointer(easy, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else { return nil }
        return object(context)
    }

    /// The pointer was made by `install`.
    fileprivate static func object(_ context: UnsafeMutableRawPointer) -> ActiveTransfer {
        Unmanaged<ActiveTransfer>.fromOpaque(context).takeUnretainedValue()
    }
}

/// Any other number than the two ends the transfer with CURLE_WRITE_ERROR.
private let onBody: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, context in
    guard let context else { return 0 }
    switch CurlCallbacks.object(context).receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) {
    case .taken: return size * count
    case .paused: return Int(CURL_WRITEFUNC_PAUSE)
    case .refused: return 0
    }
}

/// Any other number than all of the line ends the transfer with CURLE_WRITE_ERROR.
private let onHeaderLine: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
    bytes, size, count, context in
    guard let context else { return 0 }
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return CurlCallbacks.object(context).receiveHeaderLine(line) ? size * count : 0
}

private let onConnected: curl_prereq_callback = { context, _, _, _, _ in
    guard let context else { return CURL_PREREQFUNC_ABORT }
    CurlCallbacks.object(context).connected()
    return CURL_PREREQFUNC_OK
}

/// As curl itself does, but not inherited by child processes.
private let onSocket: curl_opensocket_callback = { context, _, address in
    guard let context, let address else { return -1 }
    CurlCallbacks.object(context).connects()
    return socket(address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
}
