import CCurl
import Cryptography
import Foundation
import Vocabulary

/// A transfer without an answer: what libcurl knows about it, and what that means.
struct TransferFault {
    var code: CURLcode
    /// Host, and port where the URL names one.
    var host: String
    var limit: Duration
    /// Whether sending the request had begun: there was a connection, TLS included.
    var hasBegun: Bool
    var systemError: Int32 = 0
    var certificate: CertificateFault?
    /// What a proxy answered to CONNECT; 0 if there was none.
    var proxyStatus = 0
    /// The authority file, if it cannot be read.
    var authorityFile: String?

    /// CURLE_TOO_LARGE, which libcurl has since 8.6.
    private static let tooLarge = CURLcode(rawValue: 100)

    var reason: HTTPFailure.Reason {
        if code == CURLE_OPERATION_TIMEDOUT, hasBegun { return .timeout(limit) }
        return .transport(text, mayHaveArrived: hasBegun)
    }

    private var text: String {
        if let authorityFile { return "\(TLSFailure.unreadableAuthorityFile(authorityFile))" }
        if !hasBegun, proxyStatus != 0, !(200..<300).contains(proxyStatus) {
            return
                "the proxy refuses to connect to \(host): it answered \(proxyStatus) (see https_proxy and no_proxy)"
        }
        switch code {
        case CURLE_URL_MALFORMAT: return "the URL is not usable"
        case CURLE_UNSUPPORTED_PROTOCOL where !hasBegun: return "the URL is not usable"
        case CURLE_COULDNT_RESOLVE_HOST: return "unknown host \(host): check the address and the network"
        case CURLE_COULDNT_RESOLVE_PROXY:
            return "the proxy's host is unknown: check http_proxy and https_proxy"
        case CURLE_OPERATION_TIMEDOUT: return "no connection to \(host) within \(limit.inSeconds)"
        case CURLE_COULDNT_CONNECT: return connectionText
        case CURLE_PEER_FAILED_VERIFICATION: return certificateText
        case CURLE_SSL_CONNECT_ERROR:
            return "\(host) does not speak TLS there: is it http:// or another port?"
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER:
            return "TLS with \(host) failed"
        // libcurl takes no line over 100 KiB, and says so with one of these two.
        case CURLE_OUT_OF_MEMORY where hasBegun, Self.tooLarge where hasBegun:
            return "a line in the head of the answer of \(host) is too long"
        case CURLE_GOT_NOTHING: return "\(host) closed the connection without an answer"
        case CURLE_PARTIAL_FILE: return "the answer of \(host) was cut off"
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            return "the answer of \(host) is not HTTP: check scheme and port of the address"
        case CURLE_RECV_ERROR where systemError == 0 && hasBegun:
            return "the answer of \(host) was cut off, or is not HTTP"
        default:
            return hasBegun ? "the connection to \(host) was lost" : "no connection to \(host)\(systemText)"
        }
    }

    private var connectionText: String {
        switch systemError {
        case ECONNREFUSED: "connection refused by \(host): is it running there?"
        case ENETUNREACH, EHOSTUNREACH: "there is no way to \(host): check the network"
        default: "no connection to \(host)\(systemText)"
        }
    }

    private var systemText: String {
        systemError == 0 ? "" : ": \(String(cString: strerror(systemError)))"
    }

    private var certificateText: String {
        switch certificate {
        case .unknownAuthority(let why):
            "the certificate of \(host) is signed by no authority known here (\(why)): name the authority with --ca-file"
        case .expired: "the certificate of \(host) has expired: whoever runs it must renew it"
        case .notYetValid: "the certificate of \(host) is not valid yet: check this machine's clock"
        case .other(let why): "the certificate of \(host) is not trusted: \(why)"
        // libcurl compares the name itself.
        case .wrongName, nil: "the certificate of \(host) is for another name: check the address"
        }
    }
}
