import { DurableStreamTestServer } from "@durable-streams/server"

// Its log is in memory, since it is given no folder.
const compression = process.argv[2] !== "uncompressed"
const server = new DurableStreamTestServer({ host: "127.0.0.1", port: 0, compression })
console.log(`listening on ${new URL(await server.start()).port}`)
