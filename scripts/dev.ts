/**
 * `npm run dev [SERVE OPTION...]`: a hub, and beside it the browser app with hot reload; Ctrl-C ends both.
 */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { createServer } from "vite"

const home = join(import.meta.dirname, "..")
const HUB = "http://localhost:7300"
/** Addresses that are the hub's; all others are the app's source. */
const DOORS = "^/(session|probe|sum|rooms|files|uploads|feeds|streams|get|line|lab|sums|hello)(/|\\?|$)"

const hub = spawn(process.execPath, [join(home, "bin/landline.js"), "serve", ...process.argv.slice(2)], {
  stdio: "inherit",
})
const server = await createServer({
  configFile: join(home, "web/vite.config.ts"),
  // The app asks as a page of the hub itself would: Host and Origin are those of the browser's request.
  server: { proxy: { [DOORS]: { target: HUB, ws: true } } },
})
await server.listen()
server.printUrls()

hub.once("exit", async (code) => {
  await server.close()
  process.exit(code ?? 1)
})
process.on("SIGINT", () => {}) // the hub gets it as well, and its end is ours
