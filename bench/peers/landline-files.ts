import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { bytesAt } from "../support/files.ts"
import { begin, type Running, run, startServer } from "../support/process.ts"
import type { FilePeer, FileServer } from "./file-peer.ts"

const program = fileURLToPath(new URL("../../bin/landline.js", import.meta.url))
const unhashed = fileURLToPath(new URL("../servers/unhashed.ts", import.meta.url))

export interface LandlineServer extends FileServer {
  readonly pid: number
  readonly port: number
  /** Where the hub keeps what is on its way in. */
  readonly staging: string
  /** `landline send PATH`, begun. */
  beginSend(path: string): Running
  /** `landline get NAME` to nowhere, begun. */
  beginGet(name: string): Running
  /** Runs `landline get NAME -o PATH`. */
  get(name: string, path: string): Promise<void>
  /** The address of the newest file of that name. */
  url(name: string): Promise<string>
}

async function start(dir: string, nodeOptions: readonly string[] = []): Promise<LandlineServer> {
  const data = join(dir, "data")
  const landline = [...nodeOptions, program]
  const server = await startServer(
    process.execPath,
    [...landline, "serve", "--port", "0", "--data", data],
    /http:\/\/localhost:(\d+)/,
  )
  const hub = `http://127.0.0.1:${server.port}`
  const env = { LANDLINE_HUB: hub, LANDLINE_NAME: "bench", LANDLINE_CONFIG: join(dir, "config") }
  const beginSend = (path: string) => begin(process.execPath, [...landline, "send", path], env)
  const toNowhere = ["-c", 'exec "$0" "$@" > /dev/null', process.execPath, ...landline]
  async function url(name: string): Promise<string> {
    const response = await fetch(`${hub}/files?search=${encodeURIComponent(name)}`, {
      headers: { accept: "application/json" },
    })
    const [file] = (await response.json()) as { path: string }[]
    if (!file) throw new Error(`The hub has no file ${name}.`)
    return `${hub}${file.path}`
  }
  return {
    ...server,
    staging: join(data, "files", "staging"),
    beginSend,
    beginGet: (name) => begin("sh", [...toNowhere, "get", name, "-o", "-"], env),
    get: (name, path) => run(process.execPath, [...landline, "get", name, "-o", path], env),
    url,
    send: (path) => beginSend(path).done,
    async *received(name) {
      yield* bytesAt(await url(name))
    },
  }
}

/** `landline send` to a hub as it comes: SHA-256 at both ends, the file synced to its disk, the message stored. */
export const landline = { name: "landline", start: (dir) => start(dir) } satisfies FilePeer

/** The same, but without any hashing: the transport alone. */
export const landlineUnhashed: FilePeer = {
  name: "landline unhashed",
  start: (dir) => start(dir, ["--import", pathToFileURL(unhashed).href]),
}

/** curl in place of `landline send`: SHA-256 at the hub alone. */
export const landlinePut: FilePeer = {
  name: "landline PUT",
  async start(dir) {
    const server = await start(dir)
    return {
      ...server,
      send: (path) => run("curl", ["-sSf", "-T", path, `http://127.0.0.1:${server.port}/files/`]),
    }
  },
}
