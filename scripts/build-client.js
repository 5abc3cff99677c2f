// Plain JavaScript, since `npm ci` runs it under whatever Node is there: writes dist/client.js, the client
// library as one module for browsers, which the hub serves at /client.js.
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const home = join(dirname(fileURLToPath(import.meta.url)), "..")

const rolldown = await import("rolldown").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error
})

if (rolldown) {
  await rolldown.build({
    input: join(home, "src/client/main.ts"),
    platform: "browser",
    output: { file: join(home, "dist/client.js"), format: "esm", minify: true },
    logLevel: "warn",
  })
} else {
  console.log("landline: without the devDependencies /client.js is not built; all else works.")
}
