"""One of two peers that send each other datagrams between two ports, each bound to its own and sending to the
other's, wherever a datagram came from.

usage: ping_udp.py answer MY_PORT OTHER_PORT        waits for a word, and sends PONG to the other port
       ping_udp.py ask MY_PORT OTHER_PORT WORD...   sends each word to the other port, and waits for an answer
       (MY_PORT 0 takes any free one and prints it; OTHER_PORT 0 is to whom the word came from)
"""
import socket
import sys

role, mine, other, *words = sys.argv[1:]
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("localhost", int(mine)))
sock.settimeout(10)
print("port", sock.getsockname()[1], flush=True)

if role == "answer":
    while True:
        data, sender = sock.recvfrom(1024)
        print("got", data.decode(), "from port", sender[1], flush=True)
        if data == b"QUIT":
            break
        sock.sendto("PONG".encode(), ("localhost", int(other)) if int(other) else sender)
else:
    for word in words:
        sock.sendto(word.encode(), ("localhost", int(other)))
        print("answer", sock.recv(1024).decode(), flush=True)
