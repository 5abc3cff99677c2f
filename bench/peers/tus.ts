import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bytesOf } from "../support/files.ts"
import { run, startServer } from "../support/process.ts"
import type { FilePeer } from "./file-peer.ts"

const server = fileURLToPath(new URL("../servers/tus.ts", import.meta.url))
const client = fileURLToPath(new URL("../clients/tus-send.ts", import.meta.url))

/** @tus/server with @tus/file-store and tus-js-client, as they come; neither end hashes. */
export const tus: FilePeer = {
  name: "@tus/server",
  async start(dir) {
    const folder = join(dir, "files")
    await mkdir(folder, { recursive: true })
    const { port, [Symbol.asyncDispose]: end } = await startServer(
      process.execPath,
      [server, folder],
      /listening on (\d+)/,
    )
    return {
      send: (path) => run(process.execPath, [client, `http://127.0.0.1:${port}/files`, path]),
      received: (name) => bytesOf(join(folder, name)),
      [Symbol.asyncDispose]: end,
    }
  },
}
