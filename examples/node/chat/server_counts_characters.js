// Passes each message on to all the others, with the name of who said it.
// usage: node server.js [HOST [PORT]]
import { createServer } from "node:net"

const [host = "127.0.0.1", port = "12345"] = process.argv.slice(2)
const HEADER_LENGTH = 10
const MESSAGE_BYTES_MAX = 65536
const QUEUE_BYTES_MAX = 1024 * 1024 // unsent to a client that reads slowly; it misses more

const names = new Map()

function frame(text) {
  const data = Buffer.from(text)
  // Mistake: the length is that of the bytes.
  return Buffer.concat([Buffer.from(String(text.length).padEnd(HEADER_LENGTH)), data])
}

function receive(socket, message) {
  const name = names.get(socket)
  if (name === undefined) {
    names.set(socket, message)
    console.log(
      `Accepted new connection from ${socket.remoteAddress}:${socket.remotePort}, username: ${message}`,
    )
    return
  }
  console.log(`Received message from ${name}: ${message}`)
  for (const other of names.keys())
    if (other !== socket && other.writableLength < QUEUE_BYTES_MAX)
      other.write(Buffer.concat([frame(name), frame(message)]))
}

const server = createServer((socket) => {
  let buffer = Buffer.alloc(0) // what came and is no whole message yet
  socket.on("data", (chunk) => {
    buffer = Buffer.concat([buffer, chunk])
    while (buffer.length >= HEADER_LENGTH) {
      const header = buffer.toString("utf8", 0, HEADER_LENGTH)
      const end = HEADER_LENGTH + Number(header)
      if (!/^ *\+?\d+ *$/.test(header) || end > MESSAGE_BYTES_MAX) return socket.destroy()
      if (buffer.length < end) return
      receive(socket, buffer.toString("utf8", HEADER_LENGTH, end))
      buffer = buffer.subarray(end)
    }
  })
  socket.on("error", (error) => console.log(`Reading error: ${error.message}`))
  socket.on("close", () => {
    console.log(`Closed connection from: ${names.get(socket)}`)
    names.delete(socket)
  })
})

server.listen(Number(port), host, () => console.log(`Server started on ${host}:${server.address().port}`))
process.on("SIGINT", () => process.exit())
