import type { ServerResponse } from "node:http"
import type { Following } from "../../core/following.ts"
import { cursorAt } from "../../core/topics.ts"
import { ERRORS, LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { sseFormat } from "./formats.ts"

/** Followers by server-sent events. */
export class EventStreams {
  readonly #open = new Set<ServerResponse>()
  readonly #openMax: number

  constructor(openMax: number) {
    this.#openMax = openMax
  }

  /** @throws LandlineError too_many where there is no place for another one */
  admit(): void {
    if (this.#open.size >= this.#openMax) throw new LandlineError("too_many")
  }

  /** Writes what comes to a response whose head is sent, until the peer leaves. */
  start(response: ServerResponse, follow: Following): void {
    if (response.destroyed) return // the peer left before this, and "close" will not come again
    this.#open.add(response)
    // An id at the very start, so that a browser that is cut before the first event resumes here too.
    response.write(`retry: 1000\nid: ${follow.cursor}\nevent: following\ndata: {}\n\n`)
    const write = (data: string | Uint8Array): boolean => {
      response.write(data)
      return response.writableLength < limits.socketQueueBytesMax
    }
    const follower = follow.start({
      get full() {
        return response.writableLength >= limits.socketQueueBytesMax
      },
      deliver: (batch) => write(batch.encoded(sseFormat)),
      gap: (from, to) =>
        write(`id: ${cursorAt(follow.stat, to)}\nevent: gap\ndata: ${JSON.stringify({ from, to })}\n\n`),
      end: ({ code, message }: LandlineError) => {
        const { retry } = ERRORS[code]
        response.end(`event: end\ndata: ${JSON.stringify({ code, message, retry })}\n\n`)
      },
    })
    // Without it, nobody would notice a line that is dead.
    const beat = setInterval(
      () => follower.state === "live" && write(": heartbeat\n\n"),
      limits.heartbeatMs,
    ).unref()
    response.on("drain", () => follower.resume())
    response.on("close", () => {
      clearInterval(beat)
      follower.close()
      this.#open.delete(response)
    })
  }

  end(): void {
    for (const response of this.#open) response.end()
  }
}
