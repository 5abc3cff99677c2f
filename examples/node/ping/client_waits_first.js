// Sends PING, prints the answer, and leaves with QUIT.
// usage: node client.js [HOST [PORT]]
import { connect } from "node:net"

const [host = "localhost", port = "3033"] = process.argv.slice(2)
const DISCON_MSG = "QUIT"

const socket = connect(Number(port), host, () => {
  console.log(`Connected to ${host}:${port}`)
})
socket.setEncoding("utf8")
let answer = "" // it may come in pieces
socket.on("data", (text) => {
  // Mistake: both ends wait for the other to speak.
  socket.write("PING")
  answer += text
  if (answer.length < "PONG".length) return
  console.log(answer)
  socket.end(DISCON_MSG)
})
socket.on("error", (error) => {
  console.error(`${host}:${port}: ${error.message}`)
  process.exit(1)
})
process.on("SIGINT", () => process.exit())
