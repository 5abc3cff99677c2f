"""A chat server as beginners write it: one select loop, one recv for a header and one for what it announces,
a single send to each of the others. A header that is no number drops its sender.

usage: narrow_server.py     prints its port
"""
import select
import socket

WIDTH = 10

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 0))
listener.listen()
print("port", listener.getsockname()[1], flush=True)

names = {}


def read_frame(sock):
    try:
        head = sock.recv(WIDTH)
        size = int(head.decode())
        return head + (sock.recv(size) if size else b"")
    except (ValueError, OSError):
        return None


def drop(sock):
    print("left", names.pop(sock)[WIDTH:].decode(), flush=True)
    sock.close()


while True:
    ready, _, _ = select.select([listener, *names], [], [])
    for sock in ready:
        if sock is listener:
            client, _ = listener.accept()
            name = read_frame(client)
            if name is None:
                client.close()
                continue
            names[client] = name
            print("joined", name[WIDTH:].decode(), flush=True)
            continue
        message = read_frame(sock)
        if message is None:
            drop(sock)
            continue
        print("said", names[sock][WIDTH:].decode(), message[WIDTH:].decode(), flush=True)
        if message[WIDTH:] == b"please stop":
            raise SystemExit
        for other in names:
            if other is not sock:
                other.send(names[sock] + message)
