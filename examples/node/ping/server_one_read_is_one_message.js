// Answers PING with PONG, anything else with a greeting, and QUIT by closing.
// usage: node server.js [HOST [PORT]]
import { createServer } from "node:net"

const [host = "127.0.0.1", port = "3033"] = process.argv.slice(2)
const DISCON_MSG = "QUIT"

const server = createServer((socket) => {
  const addr = `${socket.remoteAddress}:${socket.remotePort}`
  console.log(`Connected to ${addr}`)
  socket.setEncoding("utf8")

  const answer = (message, response) => {
    console.log(`${addr}: ${message}`)
    socket.write(response)
  }
  // Mistake: what one event brings is taken for one message.
  socket.on("data", (text) => {
    if (text === DISCON_MSG) return socket.end()
    answer(text, text === "PING" ? "PONG" : "Hello there!")
  })
  socket.on("error", (error) => console.log(`${addr}: ${error.message}`))
  socket.on("close", () => console.log(`Closed the connection to ${addr}`))
})

server.listen(Number(port), host, () => console.log(`Listening on ${host}:${server.address().port}`))
process.on("SIGINT", () => process.exit())
