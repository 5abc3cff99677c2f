"""Say, publish and follow on a Landline hub: one file for Python 3.8 or newer, standard library alone.

    from landline import Hub

    hub = Hub("localhost:7300", name="sensor")
    hub.publish("temp", 21.5)
    hub.say("lobby", "The sensor is up.")
    for message in hub.follow("temp"):
        print(message.time, message.value)

A call that finds no hub raises LandlineError. Once the hub has answered, a lost line is waited out: what was
published is stored once, and a follower goes on after the last message that it got. Warnings go to the logger
"landline". In a shell: python3 landline.py --help
"""
import argparse
import base64
import http.client
import json
import logging
import os
import random
import sys
import threading
import time
import uuid
from typing import NamedTuple
from urllib.parse import quote, urlsplit

START = "0" * 16 + "_" + "0" * 16  # the cursor before all that is kept
TIMEOUT_S = 40  # a hub that follows says something every 15 s
WAIT_FIRST_S, WAIT_MAX_S = 0.25, 5
CUT = (OSError, http.client.HTTPException)

log = logging.getLogger("landline")


class LandlineError(Exception):
    """What went wrong, in one sentence. `code` is the hub's, where it was the hub that refused."""

    def __init__(self, say, code=None, retry=None):
        super().__init__(say)
        self.code = code
        self.retry = retry


class Message(NamedTuple):
    """What was published or said. `time` is in seconds since 1970, of the hub; `cursor` stands after it."""

    text: str
    time: float
    author: str
    cursor: str
    kind: str

    @property
    def value(self):
        """What the JSON says, where the message is JSON; its bytes, where it is no text; else its text."""
        if self.kind == "bytes":
            return base64.b64decode(self.text)
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):  # no JSON, or too deep for Python
            return self.text


class Hub:
    """A hub, by its address: `host`, `host:port` (7300 where none is given) or a URL; without one, what the
    variable LANDLINE_HUB says. Several threads may share it."""

    def __init__(self, address=None, name=None):
        self.address = address or os.environ.get("LANDLINE_HUB") or "localhost:7300"
        self._url = _parse(self.address)
        self._headers = {"Accept": "application/json"}
        name = name or os.environ.get("LANDLINE_NAME")
        if name:
            if not name.isprintable():
                raise LandlineError("A name cannot hold control characters.")
            self._headers["Landline-Name"] = name.encode()
        self._lock = threading.Lock()
        self._line = self._connection()  # for all that is published, one after the other
        self._numbers = {}  # by path: producer, and the number of its next message
        self._met = False

    def say(self, room, text):
        """Says a text in a room. Returns the cursor after it, when it is stored for good."""
        return self._store("/rooms/" + quote(room, safe=""), text.encode())

    def publish(self, feed, value, type=None):
        """Publishes one message: text as it stands, bytes as bytes, all else as JSON. `type` is its content
        type. Makes the feed where there is none. Returns the cursor after it, when it is stored for good."""
        if isinstance(value, (bytes, bytearray)):
            type, body = type or "application/octet-stream", bytes(value)
        else:
            body = (value if isinstance(value, str) else json.dumps(value, allow_nan=False)).encode()
        if feed.startswith("room/"):
            raise LandlineError(f"{feed} means a room, where say() speaks. A feed of that name is feed/{feed}.")
        return self._store(_path(feed), body, {"Content-Type": type} if type else {})

    def follow(self, name, after=None):
        """Messages of a feed, or of a room as `room/NAME`: after a cursor or START, else from now on. Ends
        when the feed is closed."""
        path = _path(name)
        return self._messages(path, after, self._stream(path, after))

    def _store(self, path, body, headers=None):
        with self._lock:
            while True:
                producer, number = self._numbers.pop(path, None) or (uuid.uuid4().hex, 1)
                numbered = {"Landline-Producer": producer, "Landline-Seq": str(number)}
                try:
                    answer = self._ask(self._line, "POST", path, body, {**numbered, **(headers or {})})
                except LandlineError as error:
                    if error.code == "sequence_gap" and number > 1:
                        continue  # the feed was deleted and made anew: so the numbers begin anew
                    raise
                self._numbers[path] = (producer, number + 1)
                return answer.getheader("Landline-Cursor")

    def _stream(self, path, after):
        place = "?after=" + quote(after) if after else "?last=0"
        accept = {"Accept": "text/event-stream, application/json"}  # the latter for a refusal
        return self._ask(self._connection(), "GET", path + place, None, accept)

    def _messages(self, path, last, stream):
        waits = _waits()
        while True:
            try:
                for event, cursor, data in _events(stream):
                    last = cursor or last
                    if event == "message":
                        waits = _waits()
                        kind = data.get("kind", "text")
                        yield Message(data["text"], data["time"] / 1000, data["author"], last, kind)
                    elif event == "gap":
                        log.warning("Messages %(from)d to %(to)d are no longer kept.", data)
                    elif event == "end" and data["code"] == "topic_closed":
                        return
                    elif event == "end" and data["retry"] != "later":
                        raise LandlineError(data["message"], data["code"], data["retry"])
            except (*CUT, ValueError):  # http.client has the last too for what is cut inside a chunk
                pass  # as where it just ends: the line was cut, or the hub stopped
            finally:
                stream.close()
            time.sleep(next(waits))
            stream = self._stream(path, last)

    def _ask(self, line, method, path, body, headers):
        """The hub's answer, when it is no refusal. Tries again while the hub cannot, if it could before."""
        waits, told = _waits(), False
        while True:
            reused = line.sock is not None
            try:
                line.request(method, self._url.path.rstrip("/") + path, body, {**self._headers, **headers})
                answer = line.getresponse()
                stream = answer.getheader("Content-Type") == "text/event-stream"
                text = None if stream else answer.read()
                if stream or answer.getheader("Landline-Cursor"):
                    self._met = True
                    return answer
                error = _refusal(text, self.address)
            except CUT:
                line.close()
                if reused:
                    continue  # a line that was not used for long: a new one may do
                error = LandlineError(f"No hub answers at {self.address}.", retry="later")
            if error.retry != "later" or not self._met:
                raise error
            if not told:
                log.warning("%s Trying again.", error)
            told = True
            time.sleep(next(waits))

    def _connection(self):
        secure = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        return kind(self._url.hostname, self._url.port, timeout=TIMEOUT_S)


def _parse(address):
    try:
        url = urlsplit(address if "://" in address else "//" + address, "http")
        if "://" not in address and url.port is None:
            url = url._replace(netloc=url.netloc + ":7300")
        if url.scheme in ("http", "https") and url.hostname and url.port != 0:
            return url
    except ValueError:
        pass
    raise LandlineError(f'"{address}" is no address of a hub. Write host, host:port or http://host:port.')


def _path(name):
    if name.startswith("room/"):
        return "/rooms/" + quote(name[len("room/"):], safe="")
    return "/feeds/" + quote(name[len("feed/"):] if name.startswith("feed/") else name)


def _refusal(text, address):
    try:
        error = json.loads(text)["error"]
        return LandlineError(error["message"], error["code"], error["retry"])
    except (ValueError, KeyError, TypeError):
        return LandlineError(f"What answers at {address} is no Landline hub.")


def _waits():
    """Seconds to wait before one try after the other: not all programs come back at the same moment."""
    wait = WAIT_FIRST_S
    while True:
        yield wait * random.uniform(0.5, 1)
        wait = min(2 * wait, WAIT_MAX_S)


def _events(stream):
    """Server-sent events: kind, id, data. One without an empty line after it was cut, and comes again."""
    event, cursor, data = "message", None, None
    for line in iter(stream.readline, b""):
        field, _, value = line.decode().rstrip("\n").partition(": ")
        if line == b"\n":
            if data is not None:
                yield event, cursor, data
            event, cursor, data = "message", None, None
        elif field == "event":
            event = value
        elif field == "id":
            cursor = value
        elif field == "data" and line.endswith(b"\n"):
            data = json.loads(value)


UNSAFE = {**{code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}, 10: "\\n"}


def _line(name, message):
    """A message on one line, in which nothing moves the terminal's cursor."""
    text = message.text.translate(UNSAFE)
    if not name.startswith("room/"):
        return text
    about = "" if message.kind == "text" else f" ({message.kind})"
    return f"{message.author}{about}: {text}"


def _say(hub, words):
    hub.say(words.room, sys.stdin.read() if words.text == "-" else words.text)


def _publish(hub, words):
    if words.value != "-":
        hub.publish(words.feed, words.value)
        return
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise LandlineError(f"Line {number} is no text in UTF-8.") from None
        if not text:
            continue
        try:
            hub.publish(words.feed, text)
        except LandlineError as error:
            raise LandlineError(f"Line {number}: {error}", error.code, error.retry) from None


def _follow(hub, words):
    last = None
    try:
        for message in hub.follow(words.name, START if words.after == "start" else words.after):
            print(_line(words.name, message), flush=True)
            last = message.cursor
    except KeyboardInterrupt:
        if last:
            print(f"To go on from here: --after {last}", file=sys.stderr)


EXAMPLES = """examples:
  python3 landline.py say lobby 'The sensor is up.'
  python3 landline.py publish temp 21.5
  tail -f sensor.jsonl | python3 landline.py publish lab/sensor
  python3 landline.py follow temp --after start"""


def main():
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--hub", help="host, host:port or URL; default: LANDLINE_HUB, else localhost:7300")
    common.add_argument("--as", dest="who", metavar="NAME", help="default: LANDLINE_NAME, else guest")
    parser = argparse.ArgumentParser(
        description="Says, publishes and follows on a Landline hub.", epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", metavar="say | publish | follow", required=True)

    say = verbs.add_parser("say", parents=[common], help="says a text in a room")
    say.add_argument("room", nargs="?", default="lobby", metavar="ROOM")
    say.add_argument("text", metavar="TEXT", help="the text; - takes it from stdin")
    say.set_defaults(run=_say)
    publish = verbs.add_parser("publish", parents=[common], help="publishes messages in a feed")
    publish.add_argument("feed", metavar="FEED")
    publish.add_argument("value", nargs="?", default="-", metavar="VALUE", help="else each line of stdin")
    publish.set_defaults(run=_publish)
    follow = verbs.add_parser("follow", parents=[common], help="prints what comes, one message on a line")
    follow.add_argument("name", metavar="FEED|room/ROOM")
    follow.add_argument("--after", metavar="CURSOR", help="or start; default: what comes from now on")
    follow.set_defaults(run=_follow)

    words = parser.parse_args()
    logging.basicConfig(format="%(message)s")
    try:
        words.run(Hub(words.hub, words.who), words)
    except LandlineError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:  # whoever read our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
