// Receives files into the current folder, each as recv-NAME.
// usage: node server.js [HOST [PORT]]
import { writeFile } from "node:fs/promises"
import { createServer } from "node:net"

const [host = "127.0.0.1", port = "12345"] = process.argv.slice(2)
const SEPARATOR = "<SEPARATOR>"
const BYTES_MAX = 64 * 1024 * 1024

async function save(received) {
  // Mistake: one read may bring the beginning of the data with the header, or half of the header.
  const [name, size] = String(received[0]).split(SEPARATOR)
  const data = Buffer.concat(received.slice(1))
  if (Number(size) !== data.length) throw new Error("it was cut short")
  const base = name.split(/[/\\]/).at(-1)
  const filename = `recv-${base.replace(/[^\P{Cc}]|[<>:"|?*]/gu, "_")}`
  console.log(`Incoming file, saving as ${filename}`)
  await writeFile(filename, data)
  console.log(`Done receiving ${filename}`)
}

const server = createServer((socket) => {
  const chunks = [] // where the size ends and the data begins can be told only when the sender has closed
  let bytes = 0
  socket.setTimeout(30_000, () => socket.destroy())
  socket.on("data", (chunk) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > BYTES_MAX) socket.destroy()
  })
  socket.on("end", () => {
    save(chunks).catch((error) => console.log(`Nothing is saved: ${error.message}`))
  })
  socket.on("error", (error) => console.log(`Nothing is saved: ${error.message}`))
})

server.listen(Number(port), host, () => console.log(`Listening on ${host}:${server.address().port}`))
process.on("SIGINT", () => process.exit())
