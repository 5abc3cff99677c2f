import type { Socket } from "node:net"
import { concat } from "../../../protocol/lab/bytes.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"

export interface GreetingTimes {
  /** How long a greeting is awaited. */
  readonly timeoutMs: number
  /** How long a pause is that ends one. */
  readonly pauseMs: number
}

/** All that a peer says, however it is split, and whether it said nothing in time. */
export interface Heard {
  readonly bytes: Uint8Array
  readonly late: boolean
}

/** Listens until a pause, the end of the connection, or too much; or until nothing came in time. */
export function hear(socket: Socket, { timeoutMs, pauseMs }: GreetingTimes): Promise<Heard> {
  let bytes: Uint8Array = new Uint8Array()
  return new Promise((resolve) => {
    const over = (late: boolean) => {
      clearTimeout(timer)
      clearTimeout(pause)
      socket.off("data", onData).off("end", onEnd).off("close", onEnd)
      resolve({ bytes, late })
    }
    let pause: NodeJS.Timeout | undefined
    const timer = setTimeout(() => over(bytes.length === 0), timeoutMs)
    const onEnd = () => over(false)
    const onData = (chunk: Buffer) => {
      bytes = concat([bytes, chunk])
      clearTimeout(pause)
      if (bytes.length > labLimits.helloBytesMax) return over(false)
      // Bytes that are here already, while the program was busy, are read first: that was no pause.
      pause = setTimeout(() => setImmediate(over, false), pauseMs)
    }
    socket.on("data", onData).on("end", onEnd).on("close", onEnd)
  })
}
