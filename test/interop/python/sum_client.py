"""A sum client as beginners write it: one send, one recv, and the sum of both numbers printed. Some formats keep the
connection for several numbers.

usage: sum_client.py HOST PORT FORMAT NAME NUMBER...
"""
import json
import socket
import struct
import sys

host, port, form, name, *numbers = sys.argv[1:]


def connect():
    sock = socket.socket()
    sock.settimeout(10)
    sock.connect((host, int(port)))
    return sock


def split(reply, separator):
    server, other = reply.decode().split(separator)  # dies where a name holds it
    return server, int(other)


def exchange(sock, number):
    if form == "json":
        sock.send(json.dumps({"client_name": name, "client_number": number}).encode())
        reply = json.loads(sock.recv(1024).decode())
        return reply["server_name"], reply["server_number"]
    if form in ("name", "message"):
        keys = ("name", "number") if form == "name" else ("message", "integer")
        sock.send(json.dumps({keys[0]: name, keys[1]: number}).encode())
        reply = json.loads(sock.recv(1024).decode())
        return reply[keys[0]], reply[keys[1]]
    if form == "jsonline":
        sock.send((json.dumps({"name": name, "number": number}) + "\n").encode())
        reply = json.loads(sock.makefile("rb").readline())
        return reply["name"], reply["number"]
    if form in (",", ":", ";", "|"):
        sock.send((name + form + str(number)).encode())
        return split(sock.recv(1024), form)
    if form == "colonline":
        sock.send((name + ": " + str(number) + "\n").encode())
        reply = sock.recv(1024)
        assert reply.endswith(b"\n"), reply
        return split(reply, ": ")
    if form == "lines":
        sock.send((name + "\n" + str(number) + "\n").encode())
        return split(sock.recv(1024).strip(), "\n")
    if form == "twolines":
        sock.send((name + "\n").encode())
        sock.send((str(number) + "\n").encode())
        return split(sock.recv(1024).strip(), "\n")
    if form == "words":
        sock.send((name + " " + str(number)).encode())
        *words, other = sock.recv(1024).decode().split()
        return " ".join(words), int(other)
    if form == "java":
        data = name.encode()
        sock.send(struct.pack(">H", len(data)) + data + struct.pack(">i", number))
        reply = sock.recv(1024)
        size = struct.unpack(">H", reply[:2])[0]
        return reply[2:2 + size].decode(), struct.unpack(">i", reply[2 + size:])[0]
    if form == "c260":
        sock.send(struct.pack(">256si", name.encode() + b"\0 what was here before", number))
        server, other = struct.unpack(">256si", sock.recv(1024))
        return server.split(b"\0")[0].decode(), other
    raise SystemExit("no such format: " + form)


sock = connect()
for turn, text in enumerate(numbers):
    if turn > 0 and form == "json":
        sock.close()
        sock = connect()
    server, other = exchange(sock, int(text))
    print(name, "|", server, flush=True)
    print("sum", text, "+", other, "=", int(text) + other, flush=True)
if form == "json":
    assert sock.recv(1024) == b"", "the server closes"
sock.close()
