"""A chat client as beginners write it: never blocks, looks for messages only after a line of its own, and reads
each part of a message with one recv, so that a message that comes in pieces is the end of it.

usage: narrow_client.py HOST PORT NAME     lines on stdin are said; an empty line only looks
"""
import socket
import sys

WIDTH = 10


def frame(text):
    data = text.encode()
    return str(len(data)).ljust(WIDTH).encode() + data


def read_part(sock):
    head = sock.recv(WIDTH)
    if head == b"":
        print("server is gone", flush=True)
        sys.exit(0)
    size = int(head.decode())
    if size == 0:
        return ""
    data = sock.recv(size)
    if len(data) != size:
        print("broken: got", len(data), "of", size, flush=True)
        sys.exit(1)
    return data.decode()


def look(sock):
    while True:
        try:
            name = read_part(sock)
        except BlockingIOError:
            return
        # The rest of the same message has to be there already.
        try:
            print(name + "> " + read_part(sock), flush=True)
        except (BlockingIOError, ValueError) as error:
            print("broken:", error, flush=True)
            sys.exit(1)


def main():
    sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    sock.setblocking(False)
    sock.send(frame(sys.argv[3]))
    print("ready", flush=True)
    for line in sys.stdin:
        line = line.rstrip("\n")
        if line:
            sock.send(frame(line))
        look(sock)
        print("looked", flush=True)


main()
