/** `npm run build`: dist/, from which an installed package runs. */
import { spawnSync } from "node:child_process"
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"

const ASSETS = "src/**/*.{html,css,py,sql}"

process.chdir(join(import.meta.dirname, ".."))
rmSync("dist", { recursive: true, force: true })
run("node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json")
for (const module of globSync("dist/**/*.js")) nameWorkers(module)
for (const asset of globSync(ASSETS)) cpSync(asset, join("dist", relative("src", asset)))
run("scripts/build-browser.js")

/** tsc turns `.ts` into `.js` in imports only; workers are named by `new URL("./x.ts", import.meta.url)`. */
function nameWorkers(module: string): void {
  const text = readFileSync(module, "utf8")
  const named = text.replace(/(new URL\("[^"]+)\.ts", import\.meta\.url\)/g, '$1.js", import.meta.url)')
  if (named !== text) writeFileSync(module, named)
}

function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}
