import { spawn } from "node:child_process"

/** How a program ended: its exit code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ProgramOptions {
  /** Environment in place of this process's own. */
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** In a process group of its own: signals reach its children too, as Ctrl-C on a terminal does. */
  readonly group?: boolean
}

/** A program that a test started. `await using` ends it, by its own id, when the test is over. */
export interface Program extends AsyncDisposable {
  readonly pid: number
  /** Everything written so far. */
  readonly stdout: string
  readonly stderr: string
  /**
   * The first match in stdout that lies after the last one waited for, so that the same line can be awaited
   * twice. Rejects after `timeoutMs`, or when the program ends without it, with all that it wrote.
   */
  waitFor(what: string | RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  /** The same for stderr. */
  waitForError(what: string | RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  write(text: string | Uint8Array): void
  /** Ends its stdin. */
  end(): void
  signal(name: NodeJS.Signals): void
  /** Resolves when it has ended and all its output is here; rejects only if it could not be started. */
  readonly exited: Promise<Exit>
  /** As `exited`, but rejects after `timeoutMs` with all that the program wrote. */
  waitForExit(timeoutMs?: number): Promise<Exit>
}

/** Starts a program with pipes for its stdin, stdout and stderr. */
export function spawnProgram(
  command: string,
  args: readonly string[] = [],
  options: ProgramOptions = {},
): Program {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    detached: options.group,
    stdio: "pipe",
  })
  const out = new Transcript()
  const err = new Transcript()
  child.stdout.setEncoding("utf8").on("data", (text: string) => out.add(text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => err.add(text))
  // A program that ends before it has read everything is judged by its exit, not by our broken pipe.
  child.stdin.on("error", () => {})

  const exited = new Promise<Exit>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code, signal) => resolve({ code, signal }))
  })
  exited.catch(() => {})
  const signal = (name: NodeJS.Signals) => {
    if (!options.group || child.pid === undefined) return void child.kill(name)
    try {
      process.kill(-child.pid, name)
    } catch (error) {
      // ESRCH: the group is gone already.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
    }
  }
  const shown = () => `\n--- stdout of ${command} ${args.join(" ")}\n${out.text}\n--- stderr\n${err.text}`
  const wait = async (transcript: Transcript, what: string | RegExp, timeoutMs: number) => {
    const search = transcript.find(what)
    const ended = exited.then((exit) => {
      throw new Error(`The program ended (${exit.code ?? exit.signal}) without ${what}.`)
    })
    try {
      const found = Promise.race([search.found, ended])
      return await bounded(found, timeoutMs, `${what} did not come within ${timeoutMs} ms.`, shown)
    } finally {
      search.stop()
    }
  }

  return {
    get pid() {
      return child.pid ?? -1
    },
    get stdout() {
      return out.text
    },
    get stderr() {
      return err.text
    },
    waitFor: (what, timeoutMs = 10_000) => wait(out, what, timeoutMs),
    waitForError: (what, timeoutMs = 10_000) => wait(err, what, timeoutMs),
    write: (text) => void child.stdin.write(text),
    end: () => void child.stdin.end(),
    signal,
    exited,
    waitForExit: (timeoutMs = 10_000) =>
      bounded(exited, timeoutMs, `The program did not end within ${timeoutMs} ms.`, shown),
    async [Symbol.asyncDispose]() {
      signal("SIGKILL")
      await exited.catch(() => {})
    },
  }
}

/** `promise`, or an error with `say` and what `shown` tells after `timeoutMs`. */
async function bounded<T>(
  promise: Promise<T>,
  timeoutMs: number,
  say: string,
  shown: () => string,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(say)), timeoutMs)
  try {
    return await Promise.race([promise, late])
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}${shown()}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** Text that grows, and a place in it up to which it has been searched. */
class Transcript {
  text = ""
  #searched = 0
  readonly #searches = new Set<() => void>()

  add(text: string): void {
    this.text += text
    for (const look of [...this.#searches]) look()
  }

  /** The first match after the last one found, as soon as it is there; `stop` gives up. */
  find(what: string | RegExp): { found: Promise<RegExpExecArray>; stop(): void } {
    const source = typeof what === "string" ? what.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") : what.source
    const flags = typeof what === "string" ? "" : what.flags.replace("g", "")
    const pattern = new RegExp(source, `${flags}g`)
    const { promise, resolve } = Promise.withResolvers<RegExpExecArray>()
    const look = () => {
      pattern.lastIndex = this.#searched
      const match = pattern.exec(this.text)
      if (!match) return
      this.#searched = pattern.lastIndex
      this.#searches.delete(look)
      resolve(match)
    }
    this.#searches.add(look)
    look()
    return { found: promise, stop: () => this.#searches.delete(look) }
  }
}
