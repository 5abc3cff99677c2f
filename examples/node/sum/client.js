// Sends a name and a number, and checks the sum that comes back.
// usage: node client.js [HOST [PORT]]
import { connect } from "node:net"
import { createInterface } from "node:readline/promises"

const [host = "localhost", port = "8000"] = process.argv.slice(2)
const NAME = "Ada Client"

const log = (level, message) => console.log(`[${level}] [send_message]: ${message}`)
process.on("SIGINT", () => process.exit())

const terminal = createInterface(process.stdin, process.stdout)
terminal.on("SIGINT", () => process.exit())
const number = Number(await terminal.question("Enter an integer between 1 and 100: "))
terminal.close()

const socket = connect(Number(port), host, () => {
  log("DEBUG", `Connected to server at ${host}:${port}`)
  const message = JSON.stringify({ client_name: NAME, client_number: number })
  socket.write(message)
  if (number >= 1 && number <= 100) return
  log("WARNING", "The integer input out of range. Terminating the server")
  socket.removeAllListeners("end").end()
})
socket.setEncoding("utf8")
let text = "" // the server closes behind its reply: until then it may come in pieces
socket.on("data", (chunk) => {
  text += chunk
})
socket.on("end", () => {
  const reply = JSON.parse(text)
  const sum = number + reply.server_number
  log("INFO", `${NAME} | ${reply.server_name}`)
  log("INFO", `Client Number: ${number} | Server Number: ${reply.server_number} | Sum: ${sum}`)
  if ((reply.sum ?? sum) !== sum) throw new Error(`The server says that the sum is ${reply.sum}`)
})
socket.on("error", (error) => {
  console.error(`${host}:${port}: ${error.message}`)
  process.exit(1)
})
