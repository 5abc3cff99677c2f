// Sends PING, prints the answer, and leaves with QUIT.
// usage: node client.js [HOST [PORT]]
import { connect } from "node:net"

const [host = "localhost", port = "3033"] = process.argv.slice(2)
const DISCON_MSG = "QUIT"

const socket = connect(Number(port), host, () => {
  console.log(`Connected to ${host}:${port}`)
  socket.write("PING")
})
socket.setEncoding("utf8")
// Mistake: what one event brings is taken for the whole answer.
socket.once("data", (answer) => {
  console.log(answer)
  socket.end(DISCON_MSG)
})
socket.on("error", (error) => {
  console.error(`${host}:${port}: ${error.message}`)
  process.exit(1)
})
process.on("SIGINT", () => process.exit())
