// Receives files into the current folder, each as recv-NAME.
// usage: node server.js [HOST [PORT]]
import { writeFile } from "node:fs/promises"
import { createServer } from "node:net"

const [host = "127.0.0.1", port = "12345"] = process.argv.slice(2)
const SEPARATOR = "<SEPARATOR>"
const BYTES_MAX = 64 * 1024 * 1024

/** Takes as many digits for the size as leave just so many bytes: a file may begin with digits too. */
function split(rest) {
  const [run] = /^\d{0,20}/.exec(rest.toString("latin1", 0, 20))
  for (let digits = 1; digits <= run.length; digits++)
    if (digits + Number(run.slice(0, digits)) === rest.length) return rest.subarray(digits)
  throw new Error("the size and the data do not fit: it was cut short, or is no file")
}

async function save(received) {
  const at = received.indexOf(SEPARATOR)
  if (at < 0) throw new Error(`no ${SEPARATOR}`)
  const data = split(received.subarray(at + SEPARATOR.length))
  // Mistake: the sender's folders are not there.
  const filename = `recv-${received.toString("utf8", 0, at)}`
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
    save(Buffer.concat(chunks)).catch((error) => console.log(`Nothing is saved: ${error.message}`))
  })
  socket.on("error", (error) => console.log(`Nothing is saved: ${error.message}`))
})

server.listen(Number(port), host, () => console.log(`Listening on ${host}:${server.address().port}`))
process.on("SIGINT", () => process.exit())
