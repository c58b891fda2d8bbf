import CCurl
import Cryptography
import Synchronization

/// One request and what comes back.
///
/// `@unchecked Sendable`: all but `waiting`, which is behind a `Mutex`, is touched by the loop's thread only.
final class Transfer: @unchecked Sendable {
    private enum Waiting {
        case notYet
        case waiting(CheckedContinuation<HTTPResponse, any Error>)
        case over
    }

    let request: HTTPRequest
    private let address: String
    private let authorityFile: String?
    private let waiting = Mutex(Waiting.notYet)

    private(set) var easy: UnsafeMutableRawPointer?
    private var fields: UnsafeMutablePointer<curl_slist>?
    private var head = AnswerHead()
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var isOutOfReach = false
    private var isCoded = false
    private var hasBegun = false
    private var isAuthorityFileUnreadable = false

    /// - Parameter address: the request's URL in ASCII.
    init(_ request: HTTPRequest, address: String, authorityFile: String?) {
        (self.request, self.address, self.authorityFile) = (request, address, authorityFile)
    }

    // MARK: Whoever waits

    /// - Returns: false if it was over before.
    func wait(_ continuation: CheckedContinuation<HTTPResponse, any Error>) -> Bool {
        let isOver = waiting.withLock { waiting in
            if case .over = waiting { return true }
            waiting = .waiting(continuation)
            return false
        }
        if isOver { continuation.resume(throwing: CancellationError()) }
        return !isOver
    }

    /// The first outcome counts.
    func finish(_ outcome: Result<HTTPResponse, any Error>) {
        let before = waiting.withLock { waiting in
            defer { waiting = .over }
            return waiting
        }
        if case .waiting(let continuation) = before { continuation.resume(with: outcome) }
    }

    var isAwaited: Bool {
        waiting.withLock { if case .waiting = $0 { true } else { false } }
    }

    /// - Parameter why: nothing was sent.
    func failure(_ why: String) -> HTTPFailure {
        HTTPFailure(request, .transport(why, mayHaveArrived: false))
    }

    // MARK: On the loop's thread

    /// The handle, ready to be run. Without one the transfer is over.
    func open() -> UnsafeMutableRawPointer? {
        guard let easy = pika_curl_easy_init() else {
            finish(.failure(failure("there is no memory for a connection")))
            return nil
        }
        self.easy = easy
        setRules(easy)
        setRequest(easy)
        let me = Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_PREREQDATA, CURLOPT_SSL_CTX_DATA] {
            _ = pika_curl_set_pointer(easy, option, me)
        }
        _ = pika_curl_set_sink(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, me in
            Transfer.of(me).receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        _ = pika_curl_set_sink(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, me in
            Transfer.of(me).receiveLine(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        _ = pika_curl_set_prerequest(easy) { me, to, _, _, _ in
            let transfer = Transfer.of(me)
            let address = to.map { String(cString: $0) } ?? ""
            guard transfer.request.reach.allows(address) else {
                transfer.isOutOfReach = true
                return CURL_PREREQFUNC_ABORT
            }
            transfer.hasBegun = true
            return CURL_PREREQFUNC_OK
        }
        _ = pika_curl_set_context(easy) { _, context, me in
            Transfer.of(me).prepare(context)
        }
        return easy
    }

    /// Frees the handle, which no longer belongs to the loop.
    func close() {
        pika_curl_easy_cleanup(easy)
        pika_curl_slist_free_all(fields)
        (easy, fields) = (nil, nil)
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> Transfer {
        // Every callback is registered together with its transfer, which the loop keeps until the handle is closed.
        Unmanaged<Transfer>.fromOpaque(pointer!).takeUnretainedValue()
    }

    private func setRules(_ easy: UnsafeMutableRawPointer) {
        _ = pika_curl_allow_http_only(easy)
        pika_curl_set_quick_exit(easy)
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_NOPROGRESS, 1), (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1), (CURLOPT_HTTP09_ALLOWED, 0),
            (CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2), (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            (CURLOPT_PATH_AS_IS, 1), (CURLOPT_TCP_NODELAY, 1),
            (CURLOPT_TIMEOUT_MS, max(1, request.timeout.wholeMilliseconds)),
            (CURLOPT_CONNECTTIMEOUT_MS, max(1, request.timeout.wholeMilliseconds)),
            // Never a request that creates something on a connection that can be found closed.
            (CURLOPT_FRESH_CONNECT, request.isIdempotent ? 0 : 1),
            (CURLOPT_FORBID_REUSE, request.isIdempotent ? 0 : 1),
        ]
        for (option, value) in numbers { _ = pika_curl_set_number(easy, option, value) }
        // `prepare` names whom to trust.
        for option in [CURLOPT_CAINFO, CURLOPT_CAPATH] { _ = pika_curl_set_text(easy, option, nil) }
    }

    private func setRequest(_ easy: UnsafeMutableRawPointer) {
        _ = pika_curl_set_text(easy, CURLOPT_URL, address)
        let takesBody = ["POST", "PUT", "PATCH"].contains(request.method)
        if request.method == "HEAD" {
            _ = pika_curl_set_number(easy, CURLOPT_NOBODY, 1)
        } else {
            if request.body != nil || takesBody {
                let body = request.body ?? []
                _ = pika_curl_set_number(easy, CURLOPT_POST, 1)
                _ = pika_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
                // An empty array may have no address, and without one libcurl would read the body from stdin.
                (body + [0]).withUnsafeBytes {
                    _ = pika_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
                }
            }
            _ = pika_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        }
        let names = Set(request.headers.map { $0.name.lowercased() })
        // libcurl would wait for "100 Continue", and call a body without a type a form.
        for name in ["Expect", "Content-Type"] where !names.contains(name.lowercased()) { add("\(name):") }
        if !names.contains("user-agent") { add("User-Agent: pikachat") }
        for header in request.headers {
            add(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        _ = pika_curl_set_pointer(easy, CURLOPT_HTTPHEADER, fields)
    }

    private func add(_ field: String) { fields = pika_curl_slist_append(fields, field) ?? fields }

    private func prepare(_ context: UnsafeMutableRawPointer?) -> CURLcode {
        guard let context else { return CURLE_SSL_CONNECT_ERROR }
        do {
            try TLSAuthorities.trust(authorityFile, in: OpaquePointer(context))
            return CURLE_OK
        } catch is TLSFailure {
            isAuthorityFileUnreadable = true
        } catch {
            // Told as a TLS failure.
        }
        return CURLE_SSL_CACERT_BADFILE
    }

    /// Taking less than was offered ends the transfer.
    private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard !head.isCoded || asksForCoding else {
            // None was asked for: it could be any size when unpacked, and libcurl unpacks what is coded for the transfer.
            isCoded = !bytes.isEmpty
            return isCoded ? 0 : bytes.count
        }
        guard body.count + bytes.count <= request.answerLimitBytes else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    private func receiveLine(_ line: UnsafeRawBufferPointer) -> Int {
        head.take(line)
        return head.isTooLong ? 0 : line.count
    }

    /// What came of it. The handle still has to be open.
    func outcome(_ result: CURLcode) -> Result<HTTPResponse, any Error> {
        guard let easy else { return .failure(CancellationError()) }
        let status = pika_curl_number(easy, CURLINFO_RESPONSE_CODE)
        if isCoded, status >= 300 {
            // What the status says holds without its text.
            return .success(
                HTTPResponse(
                    status: status, headers: head.headers,
                    body: Array("(the text is compressed, which was not asked for)".utf8)))
        }
        if isOutOfReach {
            return .failure(failure("\(HostText.of(request.url)) is in a private network, and was not asked"))
        }
        if let reason = unusable {
            return .failure(HTTPFailure(request, .unusable(reason, body: "")))
        }
        if result == CURLE_OK, head.isComplete, status >= 200 {
            return .success(HTTPResponse(status: status, headers: head.headers, body: body))
        }
        let fault = TransferFault(
            code: result == CURLE_OK ? CURLE_PARTIAL_FILE : result, host: HostText.of(request.url),
            limit: request.timeout, hasBegun: hasBegun,
            systemError: Int32(truncatingIfNeeded: pika_curl_number(easy, CURLINFO_OS_ERRNO)),
            certificate: CertificateFault(verification: pika_curl_number(easy, CURLINFO_SSL_VERIFYRESULT)),
            proxyStatus: pika_curl_number(easy, CURLINFO_HTTP_CONNECTCODE),
            authorityFile: isAuthorityFileUnreadable ? authorityFile : nil)
        return .failure(HTTPFailure(request, fault.reason))
    }

    private var unusable: String? {
        if isTooLarge { return "the answer is larger than \(request.answerLimitBytes >> 20) MiB" }
        if head.isTooLong {
            return "the head of the answer is larger than \(AnswerHead.maximumBytes >> 10) KiB"
        }
        return isCoded ? "the answer is compressed, which was not asked for" : nil
    }

    private var asksForCoding: Bool {
        request.headers.contains { $0.name.lowercased() == "accept-encoding" }
    }
}
