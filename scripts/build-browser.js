// Plain JavaScript, since `npm ci` runs it under whatever Node is there: writes what browsers get from the hub,
// dist/client.js, the client library as one module, and dist/web, the app, each file beside its compressed forms.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { brotliCompressSync, gzipSync } from "node:zlib"

const home = join(dirname(fileURLToPath(import.meta.url)), "..")

const missing = (error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error
}
const rolldown = await import("rolldown").catch(missing)
const vite = await import("vite").catch(missing)

if (rolldown && vite) {
  await rolldown.build({
    input: join(home, "src/client/main.ts"),
    platform: "browser",
    output: { file: join(home, "dist/client.js"), format: "esm", minify: true },
    logLevel: "warn",
  })
  await vite.build({ configFile: join(home, "web/vite.config.ts"), logLevel: "warn" })
  const web = join(home, "dist/web")
  for (const file of readdirSync(web, { recursive: true })) {
    if (!/\.(html|js|css|svg|webmanifest)$/.test(file)) continue
    const path = join(web, file)
    const bytes = readFileSync(path)
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
    writeFileSync(`${path}.br`, brotliCompressSync(bytes))
  }
} else {
  console.log("landline: without the devDependencies what browsers get is not built; all else works.")
}
