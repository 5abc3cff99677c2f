/** `npm run dev [SERVE OPTION...]`: a hub, and beside it the browser app with hot reload; Ctrl-C ends both. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { createServer } from "vite"

const home = join(import.meta.dirname, "..")
/** Addresses that are the hub's; all others are the app's source. */
const DOORS =
  "^/(session|probe|sum|rooms|files|uploads|feeds|streams|get|line|lab|sums|hello|client\\.js|landline\\.py)(/|\\?|$)"

const options = process.argv.slice(2)
const port = options.includes("--port") ? options[options.indexOf("--port") + 1] : "7300"
const hub = spawn(process.execPath, [join(home, "bin/landline.js"), "serve", ...options], {
  stdio: "inherit",
})
// Ctrl-C reaches the hub by itself, and its end is ours.
process.on("SIGINT", () => {})
process.on("SIGTERM", () => hub.kill("SIGTERM"))
process.on("exit", () => hub.kill("SIGTERM"))

const server = await createServer({
  configFile: join(home, "web/vite.config.ts"),
  // The app asks as a page of the hub itself would: Host and Origin are those of the browser's request.
  server: { proxy: { [DOORS]: { target: `http://localhost:${port}`, ws: true } } },
})
hub.once("exit", async (code) => {
  await server.close()
  process.exit(code ?? 1)
})
await server.listen()
server.printUrls()
