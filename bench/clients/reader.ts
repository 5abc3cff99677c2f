import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { start, stop } from "../support/process.ts"

export interface ReadOrder {
  readonly port: number
  readonly via: "http" | "websocket"
  /** Names, and how many messages each has. The last is timed; those before it warm up. */
  readonly feeds: readonly (readonly [feed: string, messages: number])[]
}

export interface ReadReport {
  readonly tookMs: number
}

const program = fileURLToPath(new URL("./read-feed.ts", import.meta.url))
const timeoutMs = 60_000

/** How long it took to read all of a feed, in ms. @throws Error when it was not what was published, or after 60 s */
export async function readFeed(order: ReadOrder): Promise<number> {
  const child = start(process.execPath, [program, JSON.stringify(order)], "ipc")
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs)
  try {
    const ended = once(child, "exit").then(([code, signal]) => {
      throw new Error(`The reader ended with ${code ?? signal}.`)
    })
    const [report] = await Promise.race([once(child, "message"), ended])
    return (report as ReadReport).tookMs
  } finally {
    clearTimeout(timer)
    await stop(child)
  }
}
