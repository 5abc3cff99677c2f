import { fileURLToPath } from "node:url"
import type { PeerKey } from "../peers/all.ts"
import { start, stop } from "../support/process.ts"
import type { Burst } from "../support/words.ts"

export type Order =
  | { op: "open"; peer: PeerKey; port: number; followers: number }
  | { op: "arm"; burst: Burst; each: boolean }
  | { op: "stall"; ms: number }

export type Report =
  | { op: "opened" }
  | { op: "armed" }
  | { op: "stalled" }
  | { op: "resumed"; atMs: number }
  | { op: "done"; atMs: number; bytes: number; whole: boolean }
  | { op: "failed"; why: string }

type Named<Op> = Extract<Report, { op: Op }>

const program = fileURLToPath(new URL("./count.ts", import.meta.url))
const reportTimeoutMs = 90_000

/** The byte-counting client, as the harness sees it. */
export class Counter implements AsyncDisposable {
  readonly #child = start(process.execPath, [program], "ipc")
  readonly #reports: Report[] = []
  /** Resolves at the next report, for every one who waits. */
  #next = Promise.withResolvers<void>()

  constructor() {
    this.#child.on("message", (report: Report) => this.#take(report))
    this.#child.once("exit", () => this.#take({ op: "failed", why: "The counting client ended." }))
  }

  /** Followers of a peer, through their handshake. */
  async open(peer: PeerKey, port: number, followers: number): Promise<void> {
    this.#child.send({ op: "open", peer, port, followers } satisfies Order)
    await this.wait("opened")
  }

  /**
   * To be ready for a burst: counts start again at zero. `wait("done")` ends it.
   * @param each every message of every follower is looked at, in place of those of one: for long messages
   */
  async arm(burst: Burst, each = false): Promise<void> {
    this.#child.send({ op: "arm", burst, each } satisfies Order)
    await this.wait("armed")
  }

  /** Stops reading on every follower for a time. `wait("resumed")` ends it. */
  async stall(ms: number): Promise<void> {
    this.#child.send({ op: "stall", ms } satisfies Order)
    await this.wait("stalled")
  }

  /** The next report of a kind. @throws Error when the client failed, or said nothing for 90 s */
  async wait<Op extends Report["op"]>(op: Op): Promise<Named<Op>> {
    const deadline = setTimeout(
      () => this.#take({ op: "failed", why: `Not ${op} within ${reportTimeoutMs / 1_000} s.` }),
      reportTimeoutMs,
    )
    try {
      for (;;) {
        const failed = this.#reports.find((report) => report.op === "failed")
        if (failed) throw new Error(failed.why)
        const at = this.#reports.findIndex((report) => report.op === op)
        if (at >= 0) return this.#reports.splice(at, 1)[0] as Named<Op>
        await this.#next.promise
      }
    } finally {
      clearTimeout(deadline)
    }
  }

  #take(report: Report): void {
    this.#reports.push(report)
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return stop(this.#child)
  }
}
