import Synchronization

/// A queue between tasks that holds a limited number of bytes: whoever puts too much in waits until something is taken out, and
/// nothing is dropped. Any number of producers, one consumer.
package final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var items: [(element: Element, cost: Int)] = []
        /// Up to here the items were taken.
        var taken = 0
        /// Bytes of the items that were not taken yet.
        var cost = 0
        var isFinished = false
        var consumer: CheckedContinuation<Element?, Never>?
        var producers: [(ticket: Int, turn: CheckedContinuation<Void, Never>)] = []
        var nextTicket = 0

        mutating func take() -> Element? {
            guard taken < items.count else { return nil }
            let (element, cost) = items[taken]
            taken += 1
            self.cost -= cost
            // A queue that is never quite empty must not keep what was taken; half of it at once, so that moving the rest stays cheap.
            if taken == items.count || (taken >= 1024 && taken * 2 >= items.count) {
                items.removeFirst(taken)
                taken = 0
            }
            return element
        }

        mutating func append(_ element: Element, _ cost: Int) {
            items.append((element, cost))
            self.cost += cost
        }

        func hasRoom(for cost: Int, _ limit: Int) -> Bool {
            isFinished || self.cost == 0 || self.cost + cost <= limit
        }

        /// Those who look again whether there is room: not after each element that is taken.
        mutating func admitted(_ limit: Int) -> [CheckedContinuation<Void, Never>] {
            guard isFinished || cost <= limit / 2 else { return [] }
            defer { producers = [] }
            return producers.map(\.turn)
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: in bytes. One element always fits, however large it is.
    package init(limit: Int) { self.limit = limit }

    /// Adds an element, and before that waits until there is room. After `finish` it is dropped; a cancelled task does not wait.
    ///
    /// - Parameter cost: bytes that the element stands for.
    package func put(_ element: Element, cost: Int) async {
        while true {
            if let consumer = state.withLock({ state -> CheckedContinuation<Element?, Never>?? in
                if state.isFinished { return .some(nil) }
                if let consumer = state.consumer {
                    state.consumer = nil
                    return .some(consumer)
                }
                guard state.hasRoom(for: cost, limit) || Task.isCancelled else { return nil }
                state.append(element, cost)
                return .some(nil)
            }) {
                consumer?.resume(returning: element)
                return
            }
            await room(for: cost)
        }
    }

    /// Waits until much was taken.
    private func room(for cost: Int) async {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                let isReady = state.withLock { state in
                    if state.hasRoom(for: cost, limit) || Task.isCancelled { return true }
                    state.producers.append((ticket, turn))
                    return false
                }
                if isReady { turn.resume() }
            }
        } onCancel: {
            let turn = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard let index = state.producers.firstIndex(where: { $0.ticket == ticket }) else {
                    return nil
                }
                return state.producers.remove(at: index).turn
            }
            turn?.resume()
        }
    }

    /// Adds an element at once, whatever is in the queue: for what must not wait and is small.
    package func post(_ element: Element) {
        let consumer = state.withLock { state -> CheckedContinuation<Element?, Never>? in
            if state.isFinished { return nil }
            defer { state.consumer = nil }
            if state.consumer == nil { state.append(element, 0) }
            return state.consumer
        }
        consumer?.resume(returning: element)
    }

    /// The next element if one is there.
    package func poll() -> Element? {
        let (element, admitted) = state.withLock { state in
            let element = state.take()
            return (element, element == nil ? [] : state.admitted(limit))
        }
        for turn in admitted { turn.resume() }
        return element
    }

    /// The next element; nil after `finish`, once all that came before it were taken, and nil when the task is cancelled.
    package func next() async -> Element? {
        if let element = poll() { return element }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (ready, admitted) = state.withLock {
                    state -> (Element??, [CheckedContinuation<Void, Never>]) in
                    if let element = state.take() { return (.some(element), state.admitted(limit)) }
                    if state.isFinished || Task.isCancelled { return (.some(nil), []) }
                    state.consumer = continuation
                    return (nil, [])
                }
                for turn in admitted { turn.resume() }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let consumer = state.withLock { state in
                defer { state.consumer = nil }
                return state.consumer
            }
            consumer?.resume(returning: nil)
        }
    }

    /// What a limited wait brought.
    package enum Waited: Sendable {
        case element(Element)
        /// Nothing came.
        case silence
    }

    /// The next element, or silence for as long as `limit`; nil as for `next()`.
    ///
    /// - Parameter limit: nil waits without limit.
    package func next(within limit: Duration?, clock: any Clock<Duration>) async -> Waited? {
        if let element = poll() { return .element(element) }
        guard let limit else { return await next().map(Waited.element) }
        return await withTaskGroup(of: Waited?.self) { group in
            group.addTask { await self.next().map(Waited.element) }
            group.addTask {
                do { try await clock.sleep(for: limit) } catch { return nil }
                return .silence
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            // An element that came at the same moment must not be lost.
            if case .silence? = first, let second = await group.next() ?? nil { return second }
            return first
        }
    }

    package var isEmpty: Bool { state.withLock { $0.taken == $0.items.count } }

    /// Forgets what waits.
    package func clear() {
        let admitted = state.withLock { state in
            (state.items, state.taken, state.cost) = ([], 0, 0)
            return state.admitted(limit)
        }
        for turn in admitted { turn.resume() }
    }

    /// Nothing more is taken in.
    package func finish() {
        let (consumer, admitted) = state.withLock { state in
            state.isFinished = true
            defer { state.consumer = nil }
            return (state.consumer, state.admitted(limit))
        }
        consumer?.resume(returning: nil)
        for turn in admitted { turn.resume() }
    }

    /// Bytes that wait.
    package var waitingBytes: Int { state.withLock(\.cost) }
}

extension BoundedQueue: AsyncSequence {
    package struct Iterator: AsyncIteratorProtocol {
        let queue: BoundedQueue
        package mutating func next() async -> Element? { await queue.next() }
    }

    package func makeAsyncIterator() -> Iterator { Iterator(queue: self) }
}
