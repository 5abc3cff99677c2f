"""A hello server that is right but for one flaw.

usage: flawed_hello.py FLAW [PORT]     prints its port; the flaw `none` is none, `document` all that its kind has
"""
import socket
import sys
import threading
import time

flaw = sys.argv[1]
port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
serial = flaw in ("document", "serial", "no_reset", "ascii", "dies_of_bytes")

listener = socket.socket()
if flaw != "no_reuse":
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen()
print("port", listener.getsockname()[1], flush=True)

GREETINGS = {"wrong_greeting": "Hello Client!", "newline": "Hello client!\n"}


def hear(conn):
    data = conn.recv(13 if flaw == "short_recv" else 2048)
    if flaw in ("document", "one_recv", "short_recv"):
        return data
    conn.settimeout(None if flaw == "to_the_end" else 0.15)
    while data:
        try:
            more = conn.recv(2048)
        except TimeoutError:
            break
        if not more:
            break
        data += more
    return data


def serve(conn):
    greeting = GREETINGS.get(flaw, "Hello client!").encode()
    try:
        if flaw == "waits":
            hear(conn)
        if flaw == "pieces":
            conn.sendall(greeting[:6])
            time.sleep(0.01)
            greeting = greeting[6:]
        conn.sendall(greeting)
        if flaw == "hears_nothing":
            time.sleep(0.05)
            return conn.close()
        data = hear(conn)
        strict = flaw in ("ascii", "dies_of_bytes")
        data.decode("ascii" if flaw == "ascii" else "utf-8", "strict" if strict else "replace")
        if flaw == "echo":
            time.sleep(0.2)
            conn.sendall(data)
    except ConnectionResetError:
        if flaw == "no_reset":
            raise
    if flaw == "stays_open":
        time.sleep(60)
    conn.close()


while True:
    client, _ = listener.accept()
    if serial:
        serve(client)
        if flaw == "document":
            break
    else:
        threading.Thread(target=serve, args=(client,), daemon=True).start()
