import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath, pathToFileURL } from "node:url"

/** What is used of @durable-streams/server. */
interface Reference {
  readonly DurableStreamTestServer: new (options: {
    host: string
    port: number
    compression: boolean
  }) => { start(): Promise<string> }
}

const folder = fileURLToPath(new URL("../../node_modules/.cache/bench-peers/", import.meta.url))

/**
 * It is fetched when it is first run, rather than with the project: of the packages that it brings, native ones for
 * other platforms, not every registry has all, and then `npm ci` would fail for everybody.
 */
async function reference(): Promise<Reference> {
  if (!existsSync(`${folder}node_modules/@durable-streams/server`)) {
    mkdirSync(folder, { recursive: true })
    const install = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"]
    const { status, stderr } = spawnSync("npm", [...install, "@durable-streams/server@0.3.7"], {
      encoding: "utf8",
    })
    if (status !== 0) throw new Error(`npm could not install @durable-streams/server: ${stderr}`)
  }
  return import(pathToFileURL(createRequire(`${folder}package.json`).resolve("@durable-streams/server")).href)
}

// Its log is in memory, since it is given no folder.
const compression = process.argv[2] !== "uncompressed"
const { DurableStreamTestServer } = await reference()
const server = new DurableStreamTestServer({ host: "127.0.0.1", port: 0, compression })
console.log(`listening on ${new URL(await server.start()).port}`)
