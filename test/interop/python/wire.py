"""WebSocket by hand (RFC 6455), as little as a client and a server of text need; with permessage-deflate (RFC 7692)
where both want it, without context takeover."""
import asyncio
import base64
import hashlib
import os
import struct
import zlib

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
DEFLATE = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"


class Closed(Exception):
    pass


async def read_head(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    lines = head.split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return lines[0], fields, head


async def connect(host, port, offer):
    reader, writer = await asyncio.open_connection(host, port)
    key = base64.b64encode(os.urandom(16)).decode()
    extensions = f"Sec-WebSocket-Extensions: {DEFLATE}\r\n" if offer else ""
    writer.write(f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{extensions}\r\n".encode())
    status, fields, head = await read_head(reader)
    accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    assert status.startswith("HTTP/1.1 101 ") and accept in head, head
    return Line(reader, writer, True, "permessage-deflate" in fields.get("sec-websocket-extensions", ""))


async def accept(reader, writer, deflate):
    status, fields, head = await read_head(reader)
    key = [line for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key:")][0].split(": ")[1]
    deflate = deflate and "permessage-deflate" in fields.get("sec-websocket-extensions", "")
    extensions = f"Sec-WebSocket-Extensions: {DEFLATE}\r\n" if deflate else ""
    token = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    writer.write(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 f"Sec-WebSocket-Accept: {token}\r\n{extensions}\r\n".encode())
    return Line(reader, writer, False, deflate)


class Line:
    def __init__(self, reader, writer, client, deflate):
        self.reader, self.writer, self.client, self.deflate = reader, writer, client, deflate

    async def frame(self, opcode, body, reserved=0):
        head = bytes([0x80 | reserved | opcode])
        mask = 0x80 if self.client else 0
        if len(body) < 126:
            head += bytes([mask | len(body)])
        else:
            head += bytes([mask | 126]) + struct.pack(">H", len(body))
        if self.client:
            key = os.urandom(4)
            head += key
            body = bytes(byte ^ key[i % 4] for i, byte in enumerate(body))
        self.writer.write(head + body)
        await self.writer.drain()

    async def send(self, text):
        body = text.encode()
        if not self.deflate:
            return await self.frame(1, body)
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH)
        await self.frame(1, packed[:-4], 0x40)

    async def receive(self):
        while True:
            try:
                first, second = await self.reader.readexactly(2)
                size = second & 0x7F
                if size == 126:
                    size = struct.unpack(">H", await self.reader.readexactly(2))[0]
                key = await self.reader.readexactly(4) if second & 0x80 else bytes(4)
                body = await self.reader.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionError):
                raise Closed("without a word")
            body = bytes(byte ^ key[i % 4] for i, byte in enumerate(body))
            if first & 0x0F == 8:
                await self.frame(8, body)
                self.writer.close()
                raise Closed(struct.unpack(">H", body[:2])[0] if body else "")
            if first & 0x0F == 9:
                await self.frame(10, body)
            if first & 0x0F == 1:
                if first & 0x40:
                    body = zlib.decompressobj(wbits=-15).decompress(body + b"\x00\x00\xff\xff")
                return body.decode()
