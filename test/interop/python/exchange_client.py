"""The verified exchange, written from PROTOCOL.md section 13 with the standard library alone.

python3 exchange_client.py PORT EXCHANGES SEED TRANSCRIPT: exchanges, compares all that comes with what must come, writes the
transcript, and prints its hash and the hub's."""
import base64
import hashlib
import json
import os
import socket
import struct
import sys

SIZES = [0, 1, 2, 3, 4, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 511, 512, 513, 1023, 1024, 1447, 1448, 1459,
         1460, 1461, 1472, 1473, 1500, 4096, 9000]
PATTERNS = ["swapped", "random", "alternating", "zeros"]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def pool(state):
    words = bytearray()
    state = state or 1
    while len(words) < 32768:
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        words += struct.pack("<I", state)
    return bytes(words)


def payload(words, seq):
    turn, pattern = divmod(seq - 1, len(PATTERNS))
    size = SIZES[turn % 32]
    if PATTERNS[pattern] == "zeros":
        return bytes(size)
    if PATTERNS[pattern] == "alternating":
        return (b"\x55\xaa" * size)[:size]
    start = 4 * (1021 * turn % 5800)
    if PATTERNS[pattern] == "swapped":
        words = b"".join(words[at + 2:at + 4] + words[at:at + 2] for at in range(0, len(words), 4))
    return words[start:start + size]


class Hub:
    """A WebSocket (RFC 6455) whose messages are one stream of exchange messages."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.stream = self.socket.makefile("rb")
        self.rest = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /sum HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        assert b" 101 " in self.stream.readline()
        while self.stream.readline() != b"\r\n":
            pass

    def say(self, fields, data=b""):
        """Returns the digest of what was sent."""
        rest = json.dumps(fields, ensure_ascii=False)[1:].encode() + b"\n" + data
        digest = sha256(rest)
        body = b'{"digest":"' + digest.encode() + b'",' + rest
        mask = os.urandom(4)
        masked = (int.from_bytes(body, "little") ^ int.from_bytes((mask * (len(body) // 4 + 1))[:len(body)], "little"))
        head = bytes([0x82, 0xFE]) + struct.pack(">H", len(body)) if len(body) > 125 else bytes([0x82, 0x80 | len(body)])
        self.socket.sendall(head + mask + masked.to_bytes(len(body), "little"))
        return digest

    def hear(self):
        """Returns the fields of a message, its payload and its digest."""
        while b"\n" not in self.rest:
            self.more()
        line, _, _ = self.rest.partition(b"\n")
        fields = json.loads(line)
        end = len(line) + 1 + fields.get("bytes", 0)
        while len(self.rest) < end:
            self.more()
        message, self.rest = self.rest[:end], self.rest[end:]
        digest = sha256(message[77:])
        assert fields["digest"] == digest, fields
        return fields, message[len(line) + 1:], digest

    def more(self):
        head, length = self.stream.read(2)
        assert head == 0x82, head
        if length == 126:
            (length,) = struct.unpack(">H", self.stream.read(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self.stream.read(8))
        self.rest += self.stream.read(length)


def main(port, exchanges, seed, path):
    name, run = "Zoë", os.urandom(16).hex()
    up, down = pool(seed), pool(seed ^ 0x9E3779B9)
    hub = Hub(port)
    hub.say({"op": "begin", "version": 1, "run": run, "name": name, "seed": seed, "patterns": PATTERNS})
    begun, _, _ = hub.hear()
    chain = sha256(f"landline sum 1\n{run}".encode())
    lines = [json.dumps({"transcript": 1, "run": run, "client": name, "hub": begun["name"]}, ensure_ascii=False,
                        separators=(",", ":"))]
    for seq in range(1, exchanges + 1):
        number, nonce, data = seq % 100 + 1, os.urandom(8).hex(), payload(up, seq)
        request = hub.say({"op": "request", "bytes": len(data), "seq": seq, "number": number, "name": name, "nonce": nonce}, data)
        reply, came, digest = hub.hear()
        assert came == payload(down, seq), f"exchange {seq}: the payload differs"
        assert (reply["op"], reply["seq"], reply["nonce"], reply["request"]) == ("reply", seq, nonce, request), reply
        assert reply["sum"] == number + reply["number"] and "bits" not in reply and "line" not in reply, reply
        hub.say({"op": "ack", "seq": seq, "sum": reply["sum"], "reply": digest})
        line = json.dumps({"seq": seq, "client": name, "number": number, "hub": reply["name"], "answer": reply["number"],
                           "sum": reply["sum"], "nonce": nonce, "request": request, "reply": digest},
                          ensure_ascii=False, separators=(",", ":"))
        chain = sha256((chain + line).encode())
        lines.append(f'{{"hash":"{chain}",{line[1:]}')
    hub.say({"op": "end"})
    ended, _, _ = hub.hear()
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    print(chain, ended["transcript"], ended["exchanges"])


main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
