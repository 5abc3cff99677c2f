// Sends each client a message a second, a person or an array of numbers, and prints what clients say. A WebSocket by
// hand (RFC 6455).
// usage: node server.js [HOST [PORT [SECONDS]]]
import { createHash, randomInt } from "node:crypto"
import { createServer } from "node:http"

const [host = "127.0.0.1", port = "8000", seconds = "1"] = process.argv.slice(2)
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
const TEXT = 1
const CLOSE = 8
const PING = 9
const PONG = 10
const MESSAGE_BYTES_MAX = 65536
const QUEUE_BYTES_MAX = 65536 // unsent to a client that reads slowly; it misses more

const USERS = [
  [
    "Niamh O'Brien",
    "The Old Lighthouse Keeper's Cottage\n1 Long Walk, Spanish Arch\nGalway H91 W5YP",
    "niamh.obrien@example.org",
  ],
  [
    "Sean O'Neill",
    "Flat 22, The Ropeworks Building\n140 Bridge Road, Waterside\nLondonderry BT47 6SA",
    "sean.oneill@example.org",
  ],
  [
    "Fitzwilliam D'Arcy",
    "Pemberley House, The West Wing\n3 Lambton Lane, Kympton-on-the-Hill\nBakewell DE45 1PP",
    "fitzwilliam.darcy@example.org",
  ],
]

// Mistake: clients tell a user from an array by the single quotes.
const quoted = (text) => JSON.stringify(text)

const userText = () => `[${USERS[randomInt(USERS.length)].map(quoted).join(", ")}]`

function arrayText() {
  const numbers = Array.from({ length: 100 }, () => String(randomInt(100)).padStart(2))
  const lines = [0, 24, 48, 72, 96].map((at) => numbers.slice(at, at + 24).join(" "))
  return `[${lines.join("\n ")}]`
}

function frame(opcode, body) {
  const data = Buffer.from(body)
  const size = data.length < 126 ? [data.length] : [126, data.length >> 8, data.length & 255]
  return Buffer.concat([Buffer.from([128 | opcode, ...size]), data])
}

/** The first frame of what came, and where it ends; undefined while it is not whole. */
function readFrame(buffer) {
  const short = buffer.length < 2 ? 0 : buffer[1] & 127
  const start = 6 + (short === 126 ? 2 : short === 127 ? 8 : 0)
  if (buffer.length < start) return undefined
  const size = short === 126 ? buffer.readUInt16BE(2) : short === 127 ? Infinity : short
  if (size > MESSAGE_BYTES_MAX || buffer[1] < 128) throw new Error("no frame of a client")
  if (buffer.length < start + size) return undefined
  const mask = buffer.subarray(start - 4, start)
  const body = buffer.subarray(start, start + size).map((byte, at) => byte ^ mask[at % 4])
  return { opcode: buffer[0] & 15, body, end: start + size }
}

function handleClient(socket, head) {
  const send = () => {
    const text = randomInt(2) ? userText() : arrayText()
    if (socket.writableLength < QUEUE_BYTES_MAX) socket.write(frame(TEXT, text))
  }
  send()
  const timer = setInterval(send, Number(seconds) * 1000)
  let buffer = head // what came and is no whole frame yet
  socket.on("data", (chunk) => {
    buffer = Buffer.concat([buffer, chunk])
    try {
      for (let read = readFrame(buffer); read; read = readFrame(buffer)) {
        buffer = buffer.subarray(read.end)
        if (read.opcode === TEXT) console.log(read.body.toString())
        else if (read.opcode === PING) socket.write(frame(PONG, read.body))
        else if (read.opcode === CLOSE) socket.end(frame(CLOSE, read.body))
      }
    } catch {
      socket.destroy()
    }
  })
  socket.on("end", () => socket.end())
  socket.on("error", () => {})
  socket.on("close", () => {
    clearInterval(timer)
    console.log("A client has disconnected")
  })
}

const server = createServer((_, response) => response.writeHead(426, { Upgrade: "websocket" }).end())
server.on("upgrade", (request, socket, head) => {
  const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + GUID)
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept.digest("base64")}\r\n\r\n`,
  )
  handleClient(socket, head)
})
server.listen(Number(port), host, () =>
  console.log(`Server started on ws://${host}:${server.address().port}`),
)
process.on("SIGINT", () => {
  console.log("Closing Server...")
  process.exit()
})
