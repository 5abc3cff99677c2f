import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { Server } from "socket.io"

const http = createServer()
const io = new Server(http)
io.on("connection", (socket) => {
  socket.on("follow", (done: () => void) => {
    socket.join("lobby")
    done()
  })
  socket.on("publish", (text: string) => io.to("lobby").emit("message", text))
})
http.listen(0, "127.0.0.1", () => console.log(`listening on ${(http.address() as AddressInfo).port}`))
