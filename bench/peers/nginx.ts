import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { bytesAt } from "../support/files.ts"
import { freePort } from "../support/free-port.ts"
import { run, startServerAt } from "../support/process.ts"
import type { FilePeer } from "./file-peer.ts"

/** Bodies are received on the file system where they stay, so that the end of a PUT is a rename. */
const settings = (dir: string, port: number) => `daemon off;
master_process off;
pid ${dir}/pid;
error_log stderr;
events {}
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  client_max_body_size 0;
  client_body_temp_path ${dir}/received;
  server {
    listen 127.0.0.1:${port};
    root ${dir}/files;
    location / { dav_methods PUT; }
  }
}
`

/** nginx with its WebDAV module, which stores what is PUT; curl sends. */
export const nginx = {
  name: "nginx",
  async start(dir) {
    const port = await freePort()
    const config = join(dir, "nginx.conf")
    await mkdir(join(dir, "files"), { recursive: true })
    await writeFile(config, settings(dir, port))
    const server = await startServerAt(port, "nginx", ["-p", dir, "-c", config, "-e", "stderr"])
    const base = `http://127.0.0.1:${port}/`
    return {
      send: (path) => run("curl", ["-sSf", "-T", path, base]),
      received: (name) => bytesAt(base + name),
      url: async (name: string) => base + name,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
} satisfies FilePeer
