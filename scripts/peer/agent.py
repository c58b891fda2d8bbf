"""An agent as it is deployed, on the public packages of the Rust Marmot library: takes the owner's invitation, answers `echo: …`.

agent.py RELAY OWNER, with its secret key in AGENT_SECRET: no secret among the arguments, which everybody can read.
"""
import asyncio
import json
import os
import sys
import tempfile

import mdk
import nostr_sdk
from websockets.asyncio.client import connect

LIFETIME = 300  # seconds, should nobody end it


def signed(keys, kind, content, tags):
    builder = nostr_sdk.EventBuilder(nostr_sdk.Kind(kind), content)
    return json.loads(builder.tags([nostr_sdk.Tag.parse(tag) for tag in tags]).finalize(keys).as_json())


class Agent:
    def __init__(self, socket, keys, relay, owner, folder):
        self.socket, self.keys, self.relay, self.owner = socket, keys, relay, owner
        self.pubkey = keys.public_key().to_hex()
        self.library = mdk.new_mdk_with_key(os.path.join(folder, "mdk.sqlite"), os.urandom(32), None)
        self.groups = {}  # subscription -> id of the MLS group
        self.seen = set()

    async def send(self, *message):
        await self.socket.send(json.dumps(message))

    async def publish(self, event):
        self.seen.add(event["id"])
        await self.send("EVENT", event)

    async def begin(self):
        package = self.library.create_key_package_for_event(self.pubkey, [self.relay])
        await self.publish(signed(self.keys, 30443, package.key_package, package.tags))
        await self.publish(signed(self.keys, 443, package.key_package, package.tags_legacy))
        await self.publish(signed(self.keys, 10051, "", [["relay", self.relay]]))
        await self.send("REQ", "gifts", {"kinds": [1059], "#p": [self.pubkey]})

    async def work(self):
        await self.begin()
        async for text in self.socket:
            message = json.loads(text)
            if message[0] != "EVENT" or message[2]["id"] in self.seen:
                continue
            self.seen.add(message[2]["id"])
            try:
                if message[1] == "gifts":
                    await self.invitation(message[2])
                else:
                    await self.heard(message[2], self.groups[message[1]])
            except (mdk.MdkUniffiError, nostr_sdk.NostrSdkError) as error:
                print("agent: %s: %s" % (message[1], error), file=sys.stderr, flush=True)

    async def invitation(self, wrap):
        gift = await opened(self.keys, wrap)
        rumor = json.loads(gift.rumor().ensure_id().as_json())
        if rumor["kind"] != 444 or gift.sender().to_hex() != self.owner:
            return
        welcome = self.library.process_welcome(wrap["id"], json.dumps(rumor))
        self.library.accept_welcome(welcome)
        name = "group-%d" % len(self.groups)
        self.groups[name] = welcome.mls_group_id
        await self.send("REQ", name, {"kinds": [445], "#h": [welcome.nostr_group_id]})

    async def heard(self, event, group):
        result = self.library.process_message(json.dumps(event))
        if not result.is_APPLICATION_MESSAGE():
            return
        message = result.message
        if message.sender_pubkey != self.owner or message.kind != 9:
            return
        text = "echo: " + json.loads(message.event_json)["content"]
        answer = self.library.create_message(group, self.pubkey, text, 9, None, None)
        await self.publish(json.loads(answer))


async def opened(keys, wrap):
    gift = nostr_sdk.UnwrappedGift.from_gift_wrap(keys, nostr_sdk.Event.from_json(json.dumps(wrap)))
    return await gift if asyncio.iscoroutine(gift) else gift


async def main():
    relay, owner = sys.argv[1:]
    keys = nostr_sdk.Keys.parse(os.environ.pop("AGENT_SECRET"))
    with tempfile.TemporaryDirectory() as folder:
        async with connect(relay, proxy=None, max_size=1 << 24) as socket:
            await asyncio.wait_for(Agent(socket, keys, relay, owner, folder).work(), LIFETIME)


asyncio.run(main())
