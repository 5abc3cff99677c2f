import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"

const TAIL_SIGNS = 2_000 // of what it wrote last: a traceback ends with its reason
const STOP_MS = 1_000 // what has left the process group is not waited for

/** The server that is tried, where its command is known: started anew for each case. */
export class TriedProgram {
  readonly #command: string
  #child: ChildProcess | undefined
  #tail = ""
  #isClosed = false
  readonly #kill = () => this.#signal()

  /** @param command for a shell */
  constructor(command: string) {
    this.#command = command
  }

  start(): void {
    // In a process group of its own, so that what the shell starts is ended with it.
    const child = spawn(this.#command, { shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"] })
    this.#child = child
    this.#tail = ""
    this.#isClosed = false
    child.on("close", () => {
      this.#isClosed = true
    })
    child.on("error", (error) => this.#wrote(error.message))
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => this.#wrote(text))
    process.once("exit", this.#kill)
  }

  /** Resolves when it has ended. */
  async stop(): Promise<void> {
    const child = this.#child
    if (!child) return
    const closed = once(child, "close") // of the shell's children, too
    this.#signal()
    if (!this.#isClosed) await Promise.race([closed, sleep(STOP_MS)])
    this.#child = undefined
    process.off("exit", this.#kill)
  }

  /** Whether it ended by itself with an error. */
  get failed(): boolean {
    const { exitCode, signalCode } = this.#child ?? {}
    return (exitCode ?? 0) !== 0 || signalCode != null
  }

  /** Waits so long for its end. */
  async settle(ms: number): Promise<void> {
    const child = this.#child
    if (child && this.ended === undefined) await Promise.race([once(child, "exit"), sleep(ms)])
  }

  /** How it ended by itself, with the last thing that it wrote; undefined while it runs. */
  get ended(): string | undefined {
    const { exitCode, signalCode } = this.#child ?? {}
    if (exitCode == null && signalCode == null) return undefined
    const last = this.#tail.trimEnd().split("\n").at(-1)!.trim()
    const how = exitCode == null ? `by ${signalCode}` : `with exit code ${exitCode}`
    return `The command of --start ended ${how}${last === "" ? "" : `; its last line: ${last}`}`
  }

  #wrote(text: string): void {
    this.#tail = (this.#tail + text).slice(-TAIL_SIGNS)
  }

  #signal(): void {
    const { pid } = this.#child ?? {}
    if (pid === undefined) return
    try {
      process.kill(-pid, "SIGKILL")
    } catch {
      // The group is gone already.
    }
  }
}
