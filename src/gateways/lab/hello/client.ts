import { LandlineError } from "../../../protocol/errors.ts"
import { readGreeting } from "../../../protocol/lab/hello.ts"
import { limits } from "../../../protocol/limits.ts"
import { connectTo } from "../connect.ts"
import type { LabLog } from "../log.ts"
import { type GreetingTimes, hear } from "./greeting.ts"

export interface HelloClientOptions extends GreetingTimes {
  readonly host: string
  readonly port: number
  /** What the server is greeted with. */
  readonly message: string
  /** Ends it. */
  readonly signal: AbortSignal
}

/**
 * Hears a server's greeting and greets back.
 * @throws LandlineError no_hub where no greeting comes that can be read
 */
export async function greet(options: HelloClientOptions, log: LabLog): Promise<void> {
  const { host, port, message, timeoutMs, signal } = options
  const server = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
  const socket = await connectTo(host, port, timeoutMs)
  let broke: string | undefined
  socket.on("error", ({ code }: NodeJS.ErrnoException) => {
    broke = code
  })
  const stop = () => socket.destroy()
  signal.addEventListener("abort", stop)
  try {
    if (signal.aborted) return
    const { bytes, late } = await hear(socket, options)
    if (signal.aborted) return
    if (broke && bytes.length === 0) throw noHub(`${server} broke the connection (${broke}).`)
    const greeting = readGreeting(bytes, "server", { timeoutMs: late ? timeoutMs : undefined })
    if ("fault" in greeting) {
      log.diagnosis(greeting.fault, server)
      throw noHub(
        bytes.length === 0 ? `${server} did not greet.` : `The greeting of ${server} cannot be read.`,
      )
    }
    log.info("main", `Server: ${greeting.text}`)
    // In one call: the other end may read once and expect it whole.
    socket.resume().end(message)
    const timer = setTimeout(stop, limits.closeTimeoutMs)
    if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve))
    clearTimeout(timer)
    if (broke && !signal.aborted)
      throw noHub(`${server} broke the connection (${broke}) before it was greeted.`)
  } finally {
    signal.removeEventListener("abort", stop)
    socket.destroy()
  }
}

const noHub = (say: string) => new LandlineError("no_hub", {}, say)
