"""A sum server that is right but for one flaw.

usage: flawed_sum.py FLAW [PORT]     prints its port; the flaw `none` is none, `document` all that its kind has
"""
import json
import os
import random
import socket
import struct
import sys
import threading
import time

flaw = sys.argv[1]
port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
serial = flaw in ("document", "serial", "no_end", "no_reset", "one_client")

listener = socket.socket()
if flaw != "no_reuse":
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen()
print("port", listener.getsockname()[1], flush=True)


def read_json(conn):
    data = b""
    while True:
        more = conn.recv(512 if flaw == "short_recv" else 1024)
        data += more
        try:
            request = json.loads(data.decode("ascii" if flaw == "ascii" else "utf-8"))
            if flaw == "to_the_end" and more:
                continue
            return request["client_name"], request["client_number"]
        except UnicodeDecodeError:
            if flaw == "dies_of_bytes":
                os._exit(1)
            return None
        except ValueError:
            if flaw == "no_end":
                continue
            if not more or flaw in ("document", "one_recv", "short_recv"):
                return None


def read_java(conn):
    data = b""
    while len(data) < 2 or len(data) < 2 + struct.unpack(">H", data[:2])[0] + 4:
        more = conn.recv(1024)
        if not more:
            return None
        data += more
    size = struct.unpack(">H", data[:2])[0]
    name = data[2:2 + size].decode()
    at = 2 + (len(name) if flaw == "characters" else size)
    return name, struct.unpack(">i", data[at:at + 4])[0]


def read_struct(conn):
    data = b""
    while len(data) < 260:
        more = conn.recv(1024)
        if not more:
            return None
        data += more
    return "", struct.unpack("<i" if flaw == "little_endian" else ">i", data[256:260])[0]


READERS = {"java": read_java, "characters": read_java, "struct": read_struct, "little_endian": read_struct,
           "little_endian_reply": read_struct}


def reply(number):
    own = random.randint(1, 100)
    if READERS.get(flaw) is read_struct:
        return b"Server".ljust(256, b"\0") + struct.pack(">i" if flaw == "struct" else "<i", own)
    if flaw in ("java", "characters"):
        return struct.pack(">H", 6) + b"Server" + struct.pack(">i", own)
    said = {} if flaw == "document" else {"sum": number + own}
    if flaw == "wrong_sum":
        said = {"sum": f"{number}{own}"}
    if flaw == "own_number":
        own = 0
    keys = ("name", "number") if flaw == "wrong_keys" else ("server_name", "server_number")
    return json.dumps({keys[0]: "Server", keys[1]: own, **said}).encode()


def serve(conn):
    low, high = (2, 99) if flaw == "edges" else (1, 100)
    try:
        if flaw == "greets":
            conn.sendall(b"Welcome!")
        request = READERS.get(flaw, read_json)(conn)
    except ConnectionResetError:
        if flaw == "no_reset":
            raise
        return
    if request is None:
        return
    _, number = request
    if isinstance(number, str) or (isinstance(number, float) and flaw != "float"):
        return
    if not low <= number <= high and flaw != "any_number":
        if flaw != "goes_on":
            os._exit(0)
        return
    answer = reply(number) * (2 if flaw == "twice" else 1)
    if flaw == "pieces":
        conn.sendall(answer[:9])
        time.sleep(0.01)
        answer = answer[9:]
    conn.sendall(answer)
    if flaw == "stays_open":
        conn.recv(1)


def serve_and_close(conn):
    with conn:
        serve(conn)


while True:
    client, _ = listener.accept()
    if serial:
        serve_and_close(client)
        if flaw == "one_client":
            break
    else:
        threading.Thread(target=serve_and_close, args=(client,), daemon=True).start()
