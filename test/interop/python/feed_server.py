"""A feed server as the coursework has it: to each client a user or an array at random, and what clients say is printed.

usage: feed_server.py PORT [deflate]     20 messages a second; takes permessage-deflate where it is offered
"""
import asyncio
import random
import sys

import wire

USERS = [["Ada Lovelace", "12 St James Square\nLondon", "ada@example.org"],
         ["Tim O'Reilly", "1005 Highway\nSebastopol, CA", "tim@example.org"]]


def array_text():
    """As numpy prints an array of integers."""
    numbers = [f"{random.randrange(100):>2}" for _ in range(100)]
    lines = [" ".join(numbers[i:i + 24]) for i in range(0, 100, 24)]
    return "[" + "\n ".join(lines) + "]"


async def send_all(line):
    while True:
        await line.send(str(random.choice(USERS)) if random.random() < 0.5 else array_text())
        await asyncio.sleep(0.05)


async def print_all(line):
    while True:
        print(await line.receive(), flush=True)


async def handler(reader, writer):
    line = await wire.accept(reader, writer, "deflate" in sys.argv[2:])
    print("joined, deflate", line.deflate, flush=True)
    try:
        await asyncio.gather(send_all(line), print_all(line))
    except (wire.Closed, ConnectionError):
        print("A client has disconnected", flush=True)


async def main():
    server = await asyncio.start_server(handler, "127.0.0.1", int(sys.argv[1]))
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("Closing Server...", flush=True)
