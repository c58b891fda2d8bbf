import CCurl
import Foundation
import Synchronization

/// All transfers of one client: one thread, one multi handle. The thread starts with the first transfer, sleeps
/// in poll while nothing happens, and ends with the client. Everything of libcurl is touched by it only, except
/// for the wake-up, which is made for that.
final class TransferLoop: Sendable {
    private enum Order {
        case begin(Transfer)
        case abandon(Transfer)
    }

    private struct State {
        var orders: [Order] = []
        var isStopped = false
        /// The address of the multi handle while the thread runs.
        var multi: UInt?
    }

    /// Connections kept for later requests.
    private static let idleConnections = 8
    /// libcurl's own timers end the wait earlier.
    private static let longestWaitMilliseconds: Int32 = 600_000

    private let state = Mutex(State())

    func begin(_ transfer: Transfer) {
        let isAccepted = state.withLock { state in
            guard !state.isStopped, state.multi != nil || start(&state) else { return false }
            order(.begin(transfer), &state)
            return true
        }
        if !isAccepted {
            transfer.finish(.failure(transfer.failure("libcurl cannot be used: is it installed (libcurl4)?")))
        }
    }

    /// Ends a transfer that nobody waits for any more.
    func abandon(_ transfer: Transfer) {
        state.withLock { state in
            if state.multi != nil { order(.abandon(transfer), &state) }
        }
    }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            if let multi = state.multi {
                _ = pika_curl_multi_wakeup(UnsafeMutableRawPointer(bitPattern: multi))
            }
        }
    }

    private func order(_ order: Order, _ state: inout State) {
        state.orders.append(order)
        if let multi = state.multi { _ = pika_curl_multi_wakeup(UnsafeMutableRawPointer(bitPattern: multi)) }
    }

    private func start(_ state: inout State) -> Bool {
        guard pika_curl_load() == 1, let multi = pika_curl_multi_init() else { return false }
        _ = pika_curl_multi_set_connections(multi, Self.idleConnections)
        let address = UInt(bitPattern: multi)
        state.multi = address
        let thread = Thread { [self] in work(address) }
        thread.name = "http"
        thread.start()
        return true
    }

    private func work(_ address: UInt) {
        guard let multi = UnsafeMutableRawPointer(bitPattern: address) else { return }
        var running: [UnsafeMutableRawPointer: Transfer] = [:]
        while let orders = takeOrders() {
            for order in orders {
                switch order {
                case .begin(let transfer):
                    guard transfer.isAwaited, let easy = transfer.open() else { continue }
                    _ = pika_curl_multi_add_handle(multi, easy)
                    running[easy] = transfer
                case .abandon(let transfer):
                    guard let easy = transfer.easy, running.removeValue(forKey: easy) != nil else { continue }
                    _ = pika_curl_multi_remove_handle(multi, easy)
                    transfer.close()
                }
            }
            _ = pika_curl_multi_perform(multi)
            var result = CURLE_OK
            while let easy = pika_curl_multi_next_done(multi, &result) {
                guard let transfer = running.removeValue(forKey: easy) else { continue }
                let outcome = transfer.outcome(result)
                _ = pika_curl_multi_remove_handle(multi, easy)
                transfer.close()
                transfer.finish(outcome)
            }
            _ = pika_curl_multi_poll(multi, Self.longestWaitMilliseconds)
        }
        for (easy, transfer) in running {
            _ = pika_curl_multi_remove_handle(multi, easy)
            transfer.close()
            transfer.finish(.failure(CancellationError()))
        }
        _ = pika_curl_multi_cleanup(multi)
    }

    /// Nil once the loop is to end; nobody wakes it up after that.
    private func takeOrders() -> [Order]? {
        state.withLock { state in
            defer { state.orders = [] }
            guard state.isStopped else { return state.orders }
            state.multi = nil
            for case .begin(let transfer) in state.orders { transfer.finish(.failure(CancellationError())) }
            return nil
        }
    }
}
