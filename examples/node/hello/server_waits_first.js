// Greets each client and prints what it says back.
// usage: node server.js [HOST [PORT]]
import { createServer } from "node:net"

const [host = "127.0.0.1", port = "50000"] = process.argv.slice(2)

const server = createServer((socket) => {
  console.log(`New client joined: ('${socket.remoteAddress}', ${socket.remotePort})`)
  socket.setEncoding("utf8")
  let heard = "" // nothing marks the end of a greeting: it is over when nothing comes for a while
  // Mistake: both ends wait for the other to speak.
  socket.setTimeout(5_000, () => socket.end("Hello client!"))
  socket.on("data", (text) => {
    heard = (heard + text).slice(0, 2048)
    socket.setTimeout(500)
  })
  socket.on("error", (error) => console.log(error.message))
  socket.on("close", () => console.log("Client:", heard))
})

server.listen(Number(port), host, () => console.log(`Listening on ${host}:${server.address().port}`))
process.on("SIGINT", () => process.exit())
