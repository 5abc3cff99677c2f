// Answers PING with PONG, anything else with a greeting, and QUIT by closing.
// usage: node server.js [HOST [PORT]]
import { createServer } from "node:net"

const [host = "127.0.0.1", port = "3033"] = process.argv.slice(2)
const DISCON_MSG = "QUIT"

const server = createServer((socket) => {
  const addr = `${socket.remoteAddress}:${socket.remotePort}`
  console.log(`Connected to ${addr}`)
  socket.setEncoding("utf8")
  let rest = "" // TCP may cut a message anywhere and glue it to the next

  const answer = (message, response) => {
    console.log(`${addr}: ${message}`)
    socket.write(response)
  }
  socket.on("data", (text) => {
    rest += text
    while (rest.startsWith("PING")) {
      answer("PING", "PONG")
      rest = rest.slice(4)
    }
    if (rest === DISCON_MSG) return socket.end()
    const begun = "PING".startsWith(rest) || DISCON_MSG.startsWith(rest)
    if (!begun) {
      answer(rest, "Hello there!")
      rest = ""
    }
  })
  // Mistake: an error that nobody listens for ends the program.
  socket.on("close", () => console.log(`Closed the connection to ${addr}`))
})

server.listen(Number(port), host, () => console.log(`Listening on ${host}:${server.address().port}`))
process.on("SIGINT", () => process.exit())
