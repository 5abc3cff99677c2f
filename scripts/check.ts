/** `npm run check`: all that a change must pass. Stops at the first step that fails. */
import { spawnSync } from "node:child_process"
import { join } from "node:path"

const steps = {
  format: ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"],
  types: ["node_modules/typescript/bin/tsc", "-p", "."],
  "types of the browser app": ["node_modules/typescript/bin/tsc", "-p", "web"],
  "types of what drives a browser": ["node_modules/typescript/bin/tsc", "-p", "tsconfig.browser.json"],
  tidy: ["scripts/tidy.ts"],
  tests: ["scripts/test.ts"],
}

process.chdir(join(import.meta.dirname, ".."))
for (const [name, args] of Object.entries(steps)) {
  // The tests speak while they run; the others only when they find something.
  const speaks = name === "tests"
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    stdio: speaks ? "inherit" : "pipe",
  })
  if (status === 0) {
    console.log(`${name}: ok`)
  } else {
    console.log(`${stdout ?? ""}${stderr ?? ""}\n${name}: failed`)
    process.exit(1)
  }
}
