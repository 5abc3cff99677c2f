import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { type Program, spawnProgram } from "./process.ts"

const program = fileURLToPath(new URL("../../bin/landline.js", import.meta.url))

/** A hub in a process of its own, as a user starts it. */
export interface HubProcess extends AsyncDisposable {
  readonly program: Program
  readonly address: string
  /** Resident memory in bytes. */
  resident(): Promise<number>
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>
}

/**
 * @param data its folder
 * @param more further flags; a --port among them is taken
 * @param shell runs before it in the same process, such as a limit
 */
export async function startHubProcess(
  data: string,
  more: readonly string[] = [],
  shell = "",
): Promise<HubProcess> {
  const port = more.includes("--port") ? [] : ["--port", "0"]
  const words = [program, "serve", ...port, "--data", data, ...more]
  const started = shell
    ? spawnProgram("sh", ["-c", `${shell}; exec "$@"`, "sh", process.execPath, ...words])
    : spawnProgram(process.execPath, words)
  try {
    const [address] = await started.waitFor(/http:\/\/(localhost|127[.\d]+):\d+/)
    await started.waitFor("Ctrl-C")
    return {
      program: started,
      address,
      async resident() {
        const status = await readFile(`/proc/${started.pid}/status`, "utf8")
        return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024
      },
      async kill() {
        started.signal("SIGKILL")
        await started.waitForExit()
      },
      [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
    }
  } catch (error) {
    await started[Symbol.asyncDispose]()
    throw error
  }
}
