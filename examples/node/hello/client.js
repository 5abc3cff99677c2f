// Prints the server's greeting and greets back.
// usage: node client.js [HOST [PORT]]
import { connect } from "node:net"

const [host = "localhost", port = "50000"] = process.argv.slice(2)

const socket = connect(Number(port), host)
socket.setEncoding("utf8")
let heard = "" // nothing marks the end of a greeting: it is over when nothing comes for a while
const greetBack = () => {
  console.log("Server:", heard)
  socket.end("Hello Server!")
  socket.setTimeout(0)
}
socket.setTimeout(5_000, greetBack)
socket.on("data", (text) => {
  heard += text
  socket.setTimeout(500)
})
socket.on("error", (error) => {
  console.error(`${host}:${port}: ${error.message}`)
  process.exit(1)
})
process.on("SIGINT", () => process.exit())
