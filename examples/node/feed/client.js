// Shows the messages of a feed, and reports the time of each block of five.
// usage: node client.js [HOST [PORT]]
import { createInterface } from "node:readline/promises"

const [host = "localhost", port = "8000"] = process.argv.slice(2)
const BLOCK = 5

function leave() {
  console.log("Closing Client...")
  process.exit()
}
process.on("SIGINT", leave)

const terminal = createInterface(process.stdin, process.stdout)
terminal.on("SIGINT", leave)
const choice = await terminal.question("1. User data\n2. Number array\n3. Both\nEnter your choice: ")
terminal.close()

function receive() {
  const socket = new WebSocket(`ws://${host}:${port}/`)
  let count = 0
  let began = performance.now()
  socket.addEventListener("open", () => {
    began = performance.now()
  })
  socket.addEventListener("message", ({ data }) => {
    const isUser = data[1] === "'"
    if ((choice === "1" && !isUser) || (choice === "2" && isUser)) return
    console.log(`${new Date().toISOString().slice(11, 23)} -> ${data}`)
    count++
    if (count % BLOCK > 0) return
    const time = ((performance.now() - began) / 1000).toFixed(4)
    const report = `Client Recieved ${BLOCK} messages in ${time}s time`
    socket.send(report)
    began = performance.now()
  })
  socket.addEventListener("close", async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    console.log("Reconnecting to Server...")
    receive()
  })
}
receive()
