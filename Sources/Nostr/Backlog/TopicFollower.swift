import Vocabulary

/// Follows topics on several relays: carries out what `RelayFollowing` and `TopicMerge` decide.
struct TopicFollower {
    private enum Item: Sendable {
        case relay(RelayURL, RelayFollowing.Effect)
        case graceIsOver(topic: String, number: Int)
    }

    let name: String
    let topics: [Topic]
    let connections: [RelayConnection]
    let clock: any Clock<Duration>
    /// Seconds since 1970.
    let now: @Sendable () -> Int64
    let report: @Sendable (RelayReport) -> Void

    /// Runs until cancelled.
    func run(into deliveries: BoundedQueue<(topic: String, delivery: TopicDelivery)>) async {
        let items = BoundedQueue<Item>(limit: RelayPool.bufferBytes)
        await withDiscardingTaskGroup { group in
            for connection in connections { group.addTask { await follow(connection, items) } }
            var merge = TopicMerge(relays: connections.map(\.url), topics: topics.map(\.name))
            while let item = await items.next() {
                let effects =
                    switch item {
                    case .relay(let url, let effect): merge.received(effect, from: url)
                    case .graceIsOver(let topic, let number): merge.graceIsOver(topic, number: number)
                    }
                for effect in effects {
                    switch effect {
                    case .deliver(let delivery, let topic):
                        await deliveries.put((topic, delivery), cost: delivery.sizeBytes)
                    case .beginGrace(let topic, let number):
                        group.addTask {
                            do { try await clock.sleep(for: RelayPool.grace) } catch { return }
                            items.post(.graceIsOver(topic: topic, number: number))
                        }
                    }
                }
            }
            group.cancelAll()
        }
        deliveries.finish()
    }

    /// Reads one relay. All its subscriptions come into one queue, so that a page never waits behind live events that nobody takes.
    private func follow(_ connection: RelayConnection, _ items: BoundedQueue<Item>) async {
        let inbox = BoundedQueue<RelayItem>(limit: RelayPool.bufferBytes)
        var following = RelayFollowing(name: name, topics: topics, relay: connection.url)
        var pages = Set<String>()
        await connection.subscribe(name, following.filters, into: inbox)
        while let waited = await inbox.next(
            within: following.patience, clock: clock)
        {
            let effects =
                switch waited {
                case .element(let item):
                    following.received(item.subscription, item.delivery, now: now())
                // While there is no connection nothing can come: that says nothing of what the relay has.
                case .silence: await connection.isConnected ? following.fellSilent(now: now()) : []
                }
            for effect in effects {
                switch effect {
                case .ask(let page, let filter):
                    pages.insert(page)
                    await connection.subscribe(page, [filter], into: inbox)
                case .close(let page):
                    pages.remove(page)
                    await connection.unsubscribe(page)
                case .remark(let text): report(.notice(connection.url, text))
                case .stored(let events, _):
                    await items.put(
                        .relay(connection.url, effect), cost: events.reduce(0) { $0 + $1.sizeBytes })
                case .live(let event, _):
                    await items.put(.relay(connection.url, effect), cost: event.sizeBytes)
                case .progress, .read, .closed: items.post(.relay(connection.url, effect))
                }
            }
        }
        inbox.finish()
        for page in pages { await connection.unsubscribe(page) }
        await connection.unsubscribe(name)
    }
}
