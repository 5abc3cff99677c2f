import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { bytesOf } from "../support/files.ts"
import { freePort } from "../support/free-port.ts"
import { run, startServerAt } from "../support/process.ts"
import type { FilePeer } from "./file-peer.ts"

const settings = (path: string, user: string) => `use chroot = no
${user}
[files]
path = ${path}
read only = no
`

/** An rsync daemon; files are sent whole (-W), and verified by rsync's own checksum, which is no SHA-256. */
export const rsync = {
  name: "rsync",
  async start(dir) {
    const folder = join(dir, "files")
    const config = join(dir, "rsyncd.conf")
    await mkdir(folder, { recursive: true })
    // As root it would become `nobody`, who cannot write here.
    await writeFile(config, settings(folder, process.getuid?.() === 0 ? "uid = root\ngid = root" : ""))
    const port = await freePort()
    const listen = ["--address=127.0.0.1", `--port=${port}`, "--log-file=/dev/null"]
    const daemon = ["--daemon", "--no-detach", `--config=${config}`, ...listen]
    const server = await startServerAt(port, "rsync", daemon)
    const to = `rsync://127.0.0.1:${port}/files/`
    return {
      send: (path) => run("rsync", ["-W", path, to]),
      /** A folder with all that is in it. */
      sendFolder: (path: string) => run("rsync", ["-a", path, to]),
      received: (name) => bytesOf(join(folder, name)),
      folder,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
} satisfies FilePeer
