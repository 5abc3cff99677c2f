// Says each line that is typed, and shows what the others say.
// usage: node client.js NAME [HOST [PORT]]
import { connect } from "node:net"
import { createInterface } from "node:readline"

const [name = "somebody", host = "localhost", port = "12345"] = process.argv.slice(2)
const HEADER_LENGTH = 10

function frame(text) {
  const data = Buffer.from(text)
  return Buffer.concat([Buffer.from(String(data.length).padEnd(HEADER_LENGTH)), data])
}

const socket = connect(Number(port), host)
socket.write(frame(name))

const terminal = createInterface(process.stdin, process.stdout)
terminal.setPrompt(`${name}> `)
terminal.prompt()
terminal.on("line", (message) => {
  if (message) socket.write(frame(message))
  terminal.prompt()
})
terminal.on("close", () => socket.end())
process.on("SIGINT", () => process.exit())

let buffer = Buffer.alloc(0) // what came and is no whole message yet
let sender
socket.on("data", (chunk) => {
  buffer = Buffer.concat([buffer, chunk])
  while (buffer.length >= HEADER_LENGTH) {
    const end = HEADER_LENGTH + Number(buffer.toString("utf8", 0, HEADER_LENGTH))
    if (buffer.length < end) return
    show(buffer.toString("utf8", HEADER_LENGTH, end))
    buffer = buffer.subarray(end)
  }
})

/** The sender's name comes first, then what it says. */
function show(text) {
  if (sender === undefined) {
    sender = text
    return
  }
  console.log(`\r${sender}> ${text}`)
  terminal.prompt()
  sender = undefined
}

socket.on("error", (error) => console.log(`Reading error: ${error.message}`))
socket.on("close", () => {
  console.log("Connection closed by the server")
  process.exit()
})
