#!/usr/bin/env node
// Plain JavaScript for old Nodes: starts the program under a Node that can run it.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import * as module from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const NODE_MAJOR_MIN = 24
const home = join(dirname(fileURLToPath(import.meta.url)), "..")

/** The Node of the package `node`, where it is installed beside us. */
function pinnedNode() {
  try {
    const manifest = module.createRequire(import.meta.url).resolve("node/package.json")
    const binary = join(dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node")
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) {
  // Started by the branch below: without our parent nobody could stop us, so we go when it goes.
  if (process.channel) {
    process.channel.unref()
    process.on("disconnect", () => process.kill(process.pid, "SIGKILL"))
  }
  // A checkout has `src`, an installed package has `dist`: Node does not strip types under node_modules.
  const main = ["src/cli/main.ts", "dist/cli/main.js"].map((path) => join(home, path)).find(existsSync)
  if (!main) throw new Error("Landline is not built: run `npm run build`.")
  // In a checkout, types are stripped once and the result kept, for the worker threads too (by way of the
  // environment): otherwise each thread loads the stripper, 15 MiB of it.
  if (main.endsWith(".ts")) {
    process.env.NODE_COMPILE_CACHE ??= join(home, "node_modules", ".cache", "landline")
    module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
  }
  await import(`file://${main}`)
} else {
  const node = pinnedNode()
  if (!node) {
    console.error(
      `Landline needs Node ${NODE_MAJOR_MIN} or newer; this is ${process.version}. Install one from nodejs.org or your system's packages.`,
    )
    process.exit(1)
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    // Without a terminal, a signal to our whole group would reach the child twice: by itself and through us.
    detached: !process.stdin.isTTY,
  })
  // On a terminal Ctrl-C reaches the child by itself; a signal sent to us alone is passed on.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"))
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  child.on("exit", (code, signal) => process.exit(signal ? 1 : code))
}
