// Sends a file.
// usage: node client.js FILE [HOST [PORT]]
import { readFile, stat } from "node:fs/promises"
import { connect } from "node:net"

const [filename = "", host = "localhost", port = "12345"] = process.argv.slice(2)
const SEPARATOR = "<SEPARATOR>"
process.on("SIGINT", () => process.exit())

const file = await stat(filename).catch(() => undefined)
if (!file?.isFile()) {
  console.error(`${filename} does not exist!`)
  process.exit(1)
}
console.log(`Connecting to ${host}:${port}`)
const socket = connect(Number(port), host, async () => {
  console.log(`Connected to ${host}:${port}`)
  console.log(`Sending ${filename}`)
  // Mistake: many receivers take what one read brings for the whole header.
  const header = Buffer.from(`${filename}${SEPARATOR}${file.size}`)
  socket.end(Buffer.concat([header, await readFile(filename)]))
})
socket.on("finish", () => console.log(`Done sending ${filename}`))
socket.on("error", (error) => {
  console.error(`${host}:${port}: ${error.message}`)
  process.exit(1)
})
