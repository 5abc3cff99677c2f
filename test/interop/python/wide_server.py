"""A server of the family with 64-byte headers: a thread for each client, every message is answered, and the
word !DISCONNECT ends the connection.

usage: wide_server.py     prints its port
"""
import socket
import threading

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
print("port", listener.getsockname()[1], flush=True)


def serve(sock):
    while True:
        head = sock.recv(64).decode()
        if not head:
            print("gone without a word", flush=True)
            break
        text = sock.recv(int(head)).decode()
        print("got", text, flush=True)
        sock.send("Msg received".encode())
        if text == "!DISCONNECT":
            print("goodbye", flush=True)
            break
    sock.close()


while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
