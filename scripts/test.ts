/**
 * `npm test [FILE...] [--test-OPTION...]`: installs what the tests need of the system, builds the browser
 * library, and runs the named test files, or all, under this Node.
 */
import { spawnSync } from "node:child_process"
import { globSync } from "node:fs"
import { availableParallelism } from "node:os"
import { provide } from "./system.ts"

const TEST_FILES = ["src/**/*.test.ts", "test/**/*.test.ts", "scripts/**/*.test.ts", "web/src/**/*.test.ts"]
// The longest test kills a hub twenty times. One that takes longer than this hangs.
const TEST_TIMEOUT_MS = 240_000
// A test that failed may have left a server open, and then its file never ends. (Node's --test-force-exit would end
// it, but has been seen to lose the results of a file that passed.)
const RUN_TIMEOUT_MS = 13 * 60_000
// Tests wait more than they work: one file more than there are cores. Each starts hubs of its own, so that many more
// at a time would only make them slow.
const FILES_AT_ONCE = Math.min(availableParallelism() + 1, 4)

const named = process.argv.slice(2)
const options = named.filter((argument) => argument.startsWith("-"))
const files = named.filter((argument) => !argument.startsWith("-"))

const missing = provide(["python3", "python3-websockets", "chromium"])
if (process.env.CI && missing.length > 0) process.exit(1)

run("scripts/build-browser.js")
run(
  "--test",
  `--test-concurrency=${FILES_AT_ONCE}`,
  `--test-timeout=${TEST_TIMEOUT_MS}`,
  "--test-reporter=spec",
  ...options,
  ...(files.length > 0 ? files : globSync(TEST_FILES).sort()),
)

/** Runs this Node with these arguments, and ends as it ends where that is no success. */
function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit", timeout: RUN_TIMEOUT_MS })
  if (status !== 0) process.exit(status ?? 1)
}
