// Sends a file.
// usage: node client.js FILE [HOST [PORT]]
import { createReadStream } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import { connect } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

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
  // Mistake: the size is that of the bytes.
  const size = (await readFile(filename, "utf8")).length
  socket.write(`${filename}${SEPARATOR}${size}`)
  await sleep(300) // many receivers take what one read brings for the whole header
  console.log(`Sending ${filename}`)
  createReadStream(filename).pipe(socket)
})
socket.on("finish", () => console.log(`Done sending ${filename}`))
socket.on("error", (error) => {
  console.error(`${host}:${port}: ${error.message}`)
  process.exit(1)
})
