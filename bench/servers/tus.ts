import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { FileStore } from "@tus/file-store"
import { Server } from "@tus/server"

const directory = process.argv[2]!
const server = new Server({
  path: "/files",
  datastore: new FileStore({ directory }),
  // So that the benchmark finds the file; by default the name is random.
  namingFunction: (_request, metadata) => metadata?.["filename"] ?? "unnamed",
})
const http = server.listen({ host: "127.0.0.1", port: 0 })
await once(http, "listening")
console.log(`listening on ${(http.address() as AddressInfo).port}`)
