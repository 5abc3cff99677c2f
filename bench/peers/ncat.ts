import { basename, join } from "node:path"
import { bytesOf } from "../support/files.ts"
import { freePort } from "../support/free-port.ts"
import { run, startServer } from "../support/process.ts"
import type { FilePeer } from "./file-peer.ts"

const receive = 'exec ncat --verbose --recv-only -l 127.0.0.1 "$0" > "$1"'
const send = 'exec ncat --send-only 127.0.0.1 "$0" < "$1"'

/** ncat at both ends: bare bytes over TCP, nothing verified. A listener takes one file. */
export const ncat: FilePeer = {
  name: "ncat",
  async start(dir) {
    const files = (name: string) => join(dir, name)
    return {
      async send(path) {
        const port = String(await freePort())
        await using listener = await startServer(
          "sh",
          ["-c", receive, port, files(basename(path))],
          /Listening on .*:(\d+)/,
        )
        await run("sh", ["-c", send, port, path])
        await listener.ended // what it has not read yet is still to be written
      },
      received: (name) => bytesOf(files(name)),
      [Symbol.asyncDispose]: async () => {},
    }
  },
}
