/// The two programs that run inside a guest. Tests run them.
package enum GuestFiles {
    /// Starts the agent's daemon. Every failure is one line on stderr and exit status 1.
    package static let startScript = #"""
        #!/usr/bin/env bash
        # Starts the pika agent of this guest: the Marmot daemon, with the pi bridge as its brain.
        set -euo pipefail

        agent_dir=${PIKA_AGENT_DIR:-/workspace/pika-agent}

        fail() {
          printf 'start-agent: %s\n' "$1" >&2
          exit 1
        }

        [ -n "${PIKA_OWNER_PUBKEY:-}" ] || fail "PIKA_OWNER_PUBKEY is not set"
        [ -n "${PIKA_RELAY_URLS:-}" ] || fail "PIKA_RELAY_URLS is not set"

        relay_args=()
        IFS=',' read -r -a relays <<<"$PIKA_RELAY_URLS"
        for relay in "${relays[@]}"; do
          relay=${relay//[[:space:]]/}
          [ -z "$relay" ] || relay_args+=(--relay "$relay")
        done
        [ ${#relay_args[@]} -gt 0 ] || fail "PIKA_RELAY_URLS names no relay"

        if command -v pikachat >/dev/null 2>&1; then
          bin=pikachat
        elif [ -n "${PIKA_MARMOTD_BIN:-}" ]; then
          [ -x "$PIKA_MARMOTD_BIN" ] || fail "PIKA_MARMOTD_BIN is not executable: $PIKA_MARMOTD_BIN"
          bin=$PIKA_MARMOTD_BIN
        elif command -v marmotd >/dev/null 2>&1; then
          bin=marmotd
        else
          fail "found neither pikachat nor marmotd on PATH, and PIKA_MARMOTD_BIN is not set"
        fi

        mkdir -p "$agent_dir/state" || fail "cannot create $agent_dir/state"
        chmod 700 "$agent_dir/state"
        [ ! -f "$agent_dir/state/identity.json" ] || chmod 600 "$agent_dir/state/identity.json"

        exec "$bin" daemon --state-dir "$agent_dir/state" --auto-accept-welcomes \
          --allow-pubkey "$PIKA_OWNER_PUBKEY" "${relay_args[@]}" \
          --exec "python3 $agent_dir/microvm-bridge.py"

        """#

    /// Exchanges JSON lines with the daemon and asks a pi backend for replies.
    package static let bridge = #"""
        #!/usr/bin/env python3
        """Bridge between the Marmot daemon (JSON lines on stdin and stdout) and a pi backend."""
        import json
        import os
        import re
        import select
        import shlex
        import signal
        import subprocess
        import sys
        import threading
        import time
        import urllib.error
        import urllib.request
        from collections import OrderedDict

        SEEN_LIMIT = 8192
        ANTHROPIC_URL = "https://api.anthropic.com/v1/messages"
        DEFAULT_MODEL = "claude-sonnet-4-5"
        # Bytes. One message of the group must hold a reply, and an answer of an HTTP backend is not read for ever.
        REPLY_LIMIT = 32768
        ANSWER_LIMIT = 1 << 20
        # What programs draw with: colours and cursors (CSI), titles and links (OSC), other escapes; then control characters.
        ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P^_X][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?")
        CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


        def log(text):
            print("microvm-bridge: " + text, file=sys.stderr, flush=True)


        def number(name, default):
            try:
                return max(int(os.environ.get(name, "")), 0)
            except ValueError:
                return default


        TIMEOUT = max(number("PI_TIMEOUT_MS", number("PIKA_PI_TIMEOUT_MS", 120000)) / 1000, 1)
        HISTORY_TURNS = number("PIKA_PI_HISTORY_TURNS", 8)


        def send(command):
            sys.stdout.write(json.dumps(command, ensure_ascii=False) + "\n")
            sys.stdout.flush()


        def post(url, body, headers):
            request = urllib.request.Request(
                url, data=json.dumps(body).encode(), method="POST",
                headers={"content-type": "application/json", **headers})
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
                    data = response.read(ANSWER_LIMIT + 1)
                    if len(data) > ANSWER_LIMIT:
                        raise RuntimeError("the answer is too large")
                    return json.loads(data)
            except urllib.error.HTTPError as error:
                raise RuntimeError("HTTP status %d" % error.code) from None


        def adapter(message, history):
            """The pi adapter service: POST /reply."""
            base = os.environ["PI_ADAPTER_BASE_URL"].rstrip("/")
            body = {"agent_id": os.environ.get("PIKA_BOT_PUBKEY", "pika-agent"), "message": message}
            if history:
                body["history"] = [{"role": role, "content": text} for role, text in history]
            headers = {}
            if os.environ.get("PI_ADAPTER_TOKEN"):
                headers["authorization"] = "Bearer " + os.environ["PI_ADAPTER_TOKEN"]
            return post(base + "/reply", body, headers).get("reply", "")


        def local_command(message, history):
            """A local command that takes the prompt on stdin, `pi -p` by default."""
            command = shlex.split(os.environ.get("PIKA_PI_CMD") or "pi -p")
            lines = ["%s: %s" % ("User" if role == "user" else "Assistant", text) for role, text in history]
            prompt = "\n".join(lines + ["User: " + message]) if lines else message
            return output_of(command, prompt)


        def output_of(command, prompt):
            """What a command prints, up to the limit of a reply.

            The prompt goes to its stdin: as an argument "--help" would be an option, and everybody could read it in the list of
            processes. A group of its own lets everything end that it has started.
            """
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)

            def write():
                try:
                    with process.stdin as pipe:
                        pipe.write(prompt.encode("utf-8", "replace"))
                except OSError:
                    pass  # it does not read its input, which is its own affair

            threading.Thread(target=write, daemon=True).start()
            deadline = time.monotonic() + TIMEOUT
            output = b""
            try:
                while len(output) <= REPLY_LIMIT:
                    left = max(deadline - time.monotonic(), 0)
                    if not select.select([process.stdout], [], [], left)[0]:
                        raise subprocess.TimeoutExpired(command, TIMEOUT)
                    chunk = os.read(process.stdout.fileno(), 65536)
                    if not chunk:
                        status = process.wait(max(deadline - time.monotonic(), 0.1))
                        if status != 0:
                            raise RuntimeError("%s ended with status %d" % (command[0], status))
                        break
                    output += chunk
            finally:
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                process.wait()
                process.stdout.close()
            return output.decode("utf-8", "replace")


        def readable(reply):
            """A reply as one message can carry it: without what only a terminal understands, and not too long."""
            data = CONTROLS.sub("", ESCAPES.sub("", reply)).strip().encode("utf-8", "replace")
            if len(data) <= REPLY_LIMIT:
                return data.decode()
            return data[:REPLY_LIMIT - 3].decode("utf-8", "ignore").rstrip() + "\u2026"


        def anthropic(message, history):
            """The Anthropic Messages API."""
            messages = [{"role": role, "content": text} for role, text in history]
            body = {"model": os.environ.get("PI_MODEL") or DEFAULT_MODEL, "max_tokens": 1024,
                    "messages": messages + [{"role": "user", "content": message}]}
            answer = post(ANTHROPIC_URL, body, {"x-api-key": os.environ["ANTHROPIC_API_KEY"],
                                                "anthropic-version": "2023-06-01"})
            return "".join(part.get("text", "") for part in answer.get("content", []) if part.get("type") == "text")


        def backends():
            if os.environ.get("PI_ADAPTER_BASE_URL"):
                yield "pi adapter", adapter
            yield "pi command", local_command
            if os.environ.get("ANTHROPIC_API_KEY"):
                yield "Anthropic API", anthropic


        def answer(message, history):
            reasons = []
            for name, backend in backends():
                try:
                    reply = backend(message, history)
                except FileNotFoundError as error:
                    reasons.append("%s: %s not found" % (name, error.filename))
                except subprocess.TimeoutExpired:
                    reasons.append("%s: no answer within %d s" % (name, TIMEOUT))
                except Exception as error:  # one backend's failure must not end the agent
                    reasons.append("%s: %s" % (name, error))
                else:
                    reply = readable(reply) if isinstance(reply, str) else ""
                    if reply:
                        return reply
                    reasons.append("%s: empty answer" % name)
            log("; ".join(reasons))
            return "(no pi backend answered: %s)" % "; ".join(reasons)


        class Bridge:
            def __init__(self):
                self.owner = os.environ.get("PIKA_OWNER_PUBKEY", "").strip().lower()
                self.bot = os.environ.get("PIKA_BOT_PUBKEY", "").strip().lower()
                self.relays = [r.strip() for r in os.environ.get("PIKA_RELAY_URLS", "").split(",") if r.strip()]
                self.seen = OrderedDict()
                self.history = {}

            def is_new(self, message_id):
                if message_id in self.seen:
                    return False
                self.seen[message_id] = True
                if len(self.seen) > SEEN_LIMIT:
                    self.seen.popitem(last=False)
                return True

            def handle(self, event):
                kind = event.get("type") or event.get("event")
                if kind == "ready":
                    send({"cmd": "publish_keypackage", "relays": self.relays})
                elif kind == "message_received":
                    self.message(event)
                elif kind == "error":
                    log("daemon: %s" % event.get("message", event))

            def message(self, event):
                sender = str(event.get("from_pubkey") or event.get("sender") or "").lower()
                group = event.get("nostr_group_id")
                text = event.get("content")
                message_id = event.get("message_id") or event.get("id")
                if sender == self.bot or (self.owner and sender != self.owner):
                    return
                if not isinstance(text, str) or not text.strip() or not group:
                    return
                if message_id and not self.is_new(message_id):
                    return
                history = self.history.setdefault(group, [])
                reply = answer(text, history)
                history += [("user", text), ("assistant", reply)]
                del history[:max(len(history) - 2 * HISTORY_TURNS, 0)]
                command = {"cmd": "send_message", "nostr_group_id": group, "content": reply}
                if message_id:
                    # Other daemons do not know this; ours tells a message again until it knows of an answer.
                    command["reply_to"] = message_id
                send(command)


        def main():
            bridge = Bridge()
            for line in sys.stdin:
                line = line.strip()
                if not line:
                    continue
                try:
                    event = json.loads(line)
                except ValueError:
                    log("not JSON: " + line[:200])
                    continue
                if isinstance(event, dict):
                    bridge.handle(event)


        if __name__ == "__main__":
            main()

        """#
}
