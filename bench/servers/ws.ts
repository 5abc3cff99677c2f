import type { AddressInfo } from "node:net"
import { WebSocket, WebSocketServer } from "ws"

// Everything said goes to everyone else, as the README of ws shows it.
const server = new WebSocketServer({ host: "127.0.0.1", port: 0 })
server.on("connection", (socket) => {
  socket.on("error", () => {})
  socket.on("message", (data, isBinary) => {
    for (const client of server.clients)
      if (client !== socket && client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary })
  })
})
server.on("listening", () => console.log(`listening on ${(server.address() as AddressInfo).port}`))
