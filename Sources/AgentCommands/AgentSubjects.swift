import AgentCore
import Scripting
import Vocabulary

extension EventSubject {
    /// `expect keypackage`: the agent's key package is found.
    static var keyPackage: EventSubject {
        var subject = EventSubject(
            "keypackage",
            results: [("npub", "of the agent"), ("kind", "of the event"), ("tries", "how often was asked")],
            examples: ["expect keypackage from=start"]
        ) { $0.name == LogEvent.keyPackageFoundName ? $0.fields["npub"]?.description : nil }
        subject.requirements = [.agent]
        return subject
    }

    /// `expect welcome`: a relay has taken the Welcome.
    static var welcome: EventSubject {
        var subject = EventSubject(
            "welcome", results: [("relay", "that has it")],
            examples: ["expect welcome contains eu. from=start"]
        ) { $0.name == LogEvent.welcomeSentName ? $0.fields["relay"]?.description : nil }
        subject.requirements = [.agent]
        return subject
    }
}
