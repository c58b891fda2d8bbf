import Testing
import Vocabulary

@testable import Messenger

@Suite("DaemonRequest")
struct DaemonRequestTests {
    private func refusal(_ line: String) -> DaemonRequest.Refusal? {
        do {
            _ = try DaemonRequest(Array(line.utf8))
            return nil
        } catch { return error }
    }

    @Test(
        "commands as their clients write them",
        arguments: [
            (#"{"cmd":"publish_keypackage"}"#, .publishKeyPackage(relays: [])),
            (
                #"{"cmd":"publish_keypackage","request_id":"k1","relays":["wss://a.example"]}"#,
                .publishKeyPackage(relays: ["wss://a.example"])
            ),
            (#"{"cmd":"set_relays","relays":[]}"#, .setRelays([])),
            (#"{"cmd":"accept_welcome","wrapper_event_id":"77"}"#, .acceptWelcome(id: "77")),
            (#"{"cmd":"accept_welcome","event_id":"78"}"#, .acceptWelcome(id: "78")),
            (#"{"cmd":"list_groups","extra":{"x":1}}"#, .listGroups(all: false)),
            (#"{"cmd":"init_group","peer_pubkey":"aa"}"#, .initGroup(peer: "aa", name: "DM")),
            (
                #"{"cmd":"init_group","peer_pubkey":"aa","group_name":"Agent Chat"}"#,
                .initGroup(peer: "aa", name: "Agent Chat")
            ),
            (
                #"{"cmd":"send_message","nostr_group_id":"d0","content":""}"#,
                .sendMessage(group: "d0", content: "")
            ),
            (
                #"{"cmd":"send_message","peer_pubkey":"aa","content":"x"}"#,
                .sendTo(peer: "aa", content: "x")
            ),
            (
                #"{"cmd":"get_messages","nostr_group_id":"d0","limit":null}"#,
                .getMessages(group: "d0", limit: 50, before: nil, since: nil)
            ),
            (#"{"cmd":"send_audio_file","call_id":"c"}"#, .unsupported("send_audio_file")),
            (" {\"cmd\" : \"shutdown\"}\r", .shutdown),
        ] as [(String, MessengerCommand)])
    func commands(line: String, command: MessengerCommand) throws {
        #expect(try DaemonRequest(Array(line.utf8)).command == command)
    }

    @Test(
        "what is no command is refused with a code, and with its id where there is one",
        arguments: [
            ("nonsense", nil, .parseError), ("[1]", nil, .parseError), ("{", nil, .parseError),
            (#"{"cmd":"fly","request_id":"r"}"#, "r", .unknownCommand),
            (#"{"request_id":"r"}"#, "r", .badRequest), (#"{"cmd":7,"request_id":"r"}"#, "r", .badRequest),
            (#"{"cmd":"send_message","request_id":"r","content":"x"}"#, "r", .badRequest),
            (
                #"{"cmd":"send_message","request_id":"r","nostr_group_id":"d0","content":7}"#, "r",
                .badRequest
            ),
            (#"{"cmd":"publish_keypackage","request_id":"r","relays":null}"#, "r", .badRequest),
            (#"{"cmd":"publish_keypackage","relays":[1]}"#, nil, .badRequest),
            (#"{"cmd":"set_relays","request_id":"r"}"#, "r", .badRequest),
            (#"{"cmd":"list_groups","request_id":7}"#, nil, .badRequest),
            (#"{"cmd":"get_messages","nostr_group_id":"d0","limit":0}"#, nil, .badRequest),
            (#"{"cmd":"get_messages","nostr_group_id":"d0","limit":10001}"#, nil, .badRequest),
        ] as [(String, String?, MessengerError.Code)])
    func refused(line: String, id: String?, code: MessengerError.Code) throws {
        let refusal = try #require(self.refusal(line))
        #expect(refusal.id == id)
        #expect(refusal.error.code == code)
    }

    @Test("a line that is not UTF-8 is refused, and only that")
    func notText() throws {
        #expect(throws: DaemonRequest.Refusal.self) { try DaemonRequest([0x7b, 0xff, 0x7d]) }
    }

    @Test(
        "a command that goes through the socket arrives as it was",
        arguments: [
            .publishKeyPackage(relays: ["wss://a.example"]), .setRelays(["wss://a.example"]),
            .listPendingWelcomes, .acceptWelcome(id: "77"), .listGroups(all: true),
            .initGroup(peer: "aa", name: "n"), .sendMessage(group: "d0", content: "\"\n\u{1b}é"),
            .sendTo(peer: "aa", content: "x"),
            .sendMedia(
                group: "d0",
                MediaRequest(path: "/a", type: "t", filename: "f", caption: "c", servers: ["https://b"])),
            .sendMediaTo(peer: "aa", MediaRequest(path: "/a")), .sendTyping(group: "d0"),
            .react(message: "m", emoji: "👍"),
            .getMessages(group: "d0", limit: 3, before: "m", since: 9),
            .getMessages(group: "d0", limit: 50, before: nil, since: nil), .listMembers(group: "d0"),
            .addMembers(group: "d0", peers: ["a", "b"]), .removeMembers(group: "d0", peers: ["a"]),
            .leaveGroup("d0"), .acknowledge(message: "m"), .getProfile,
            .updateProfile(name: "n", picture: nil, servers: [], isForced: false),
            .updateProfile(name: nil, picture: "/p", servers: ["https://b"], isForced: true),
            .unsupported("end_call"), .shutdown,
        ] as [MessengerCommand])
    func roundTrip(command: MessengerCommand) throws {
        let request = try DaemonRequest(Array(command.line(requestID: "r").utf8))
        #expect(request.command == command)
        #expect(request.id == "r")
    }
}
