import { createServer } from "node:http"
import { Server } from "socket.io"

// Connection state recovery as its page shows it, with the adapter that comes with Socket.IO: in memory.
const port = Number(process.argv[2])
const http = createServer()
const io = new Server(http, { connectionStateRecovery: {} })
io.on("connection", (socket) => {
  socket.on("follow", (done: () => void) => {
    socket.join("bench")
    done()
  })
  socket.on("publish", (text: string, done: () => void) => {
    io.to("bench").emit("message", text)
    done()
  })
})
http.listen(port, "127.0.0.1", () => console.log(`listening on ${port}`))
