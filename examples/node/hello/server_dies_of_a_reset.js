// Greets each client and prints what it says back.
// usage: node server.js [HOST [PORT]]
import { createServer } from "node:net"

const [host = "127.0.0.1", port = "50000"] = process.argv.slice(2)

const server = createServer((socket) => {
  console.log(`New client joined: ('${socket.remoteAddress}', ${socket.remotePort})`)
  socket.setEncoding("utf8")
  socket.write("Hello client!")
  let heard = "" // nothing marks the end of a greeting: it is over when nothing comes for a while
  socket.setTimeout(5_000, () => socket.end())
  socket.on("data", (text) => {
    heard = (heard + text).slice(0, 2048)
    socket.setTimeout(500)
  })
  // Mistake: an error that nobody listens for ends the program.
  socket.on("close", () => console.log("Client:", heard))
})

server.listen(Number(port), host, () => console.log(`Listening on ${host}:${server.address().port}`))
process.on("SIGINT", () => process.exit())
