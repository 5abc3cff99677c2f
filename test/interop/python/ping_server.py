"""A ping server as beginners write it: one client, one recv for each message, one send for each answer, and a word
that ends it. A client that goes without the word is the end of it too, but not a good one.

usage: ping_server.py QUIT_WORD     prints its port
"""
import socket
import sys


class Server:
    def __init__(self, address, quit_word):
        self.quit_word = quit_word
        self.listener = socket.socket()
        self.listener.bind(address)
        self.listener.listen()

    def accept_client(self):
        return self.listener.accept()

    def recv_message(self, conn, chunks=1024, encoding="utf-8"):
        return conn.recv(chunks).decode(encoding)

    def send_resp(self, conn, response="PONG", encoding="utf-8"):
        conn.send(response.encode(encoding))


server = Server(("127.0.0.1", 0), sys.argv[1])
print("port", server.listener.getsockname()[1], flush=True)
conn, _ = server.accept_client()
while True:
    message = server.recv_message(conn)
    if message == "":
        print("gone without a word", flush=True)
        sys.exit(1)
    print("got", message, flush=True)
    if message == server.quit_word:
        conn.close()
        print("closed", flush=True)
        break
    if message == "PING":
        server.send_resp(conn)
    else:
        server.send_resp(conn, "Hello there!")
