"""A ping server over UDP that is right but for one flaw.

usage: flawed_ping_udp.py FLAW [PORT]     prints its port; the flaw `none` is none, `document` all that its kind has
"""
import socket
import sys

flaw = sys.argv[1]
port = int(sys.argv[2]) if len(sys.argv) > 2 else 0

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", port))
print("port", sock.getsockname()[1], flush=True)

DECODING = {"ascii": ("ascii",), "dies_of_bytes": ("utf-8",), "document": ("utf-8",)}
ANSWERS = {
    "pieces": [b"PO", b"NG"],
    "twice": [b"PONG", b"PONG"],
    "newline": [b"PONG\n"],
    "wrong_word": [b"PoNG"],
    "silent": [],
    "flood": [b"x" * 1000] * 200,
}
clients = []
kept = ""

while True:
    data, sender = sock.recvfrom(1024)
    if sender not in clients:
        clients.append(sender)
    if not data and flaw == "empty_ends":
        break
    if len(data) > 512 and flaw == "short":
        raise ValueError("no room")
    text = data.decode(*DECODING.get(flaw, ("utf-8", "replace")))
    if flaw == "stream":
        kept = text = kept + text
    if text == "QUIT" and flaw in ("quit_ends", "document"):
        break
    if text == "PING" or flaw == "document":
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM) if flaw == "other_port" else sock
        to = [sender]
        if flaw == "first_client":
            to = clients[:1]
        if flaw == "all_clients":
            to = clients
        if flaw == "fixed_port":
            to = [("127.0.0.1", 9)]
        for address in to:
            for answer in ANSWERS.get(flaw, [b"PONG"]):
                out.sendto(answer, address)
        kept = ""
        if flaw == "one_answer":
            break
    elif flaw == "dies_of_words":
        raise ValueError(text)
    if len(kept) >= 4:
        kept = ""
