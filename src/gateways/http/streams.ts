import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { Batch } from "../../core/batch.ts"
import type { Receiver } from "../../core/follower.ts"
import type { Following } from "../../core/following.ts"
import { cursorAt } from "../../core/topics.ts"
import { ERRORS, LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import { sseFormat } from "./formats.ts"

/** What a kind of event stream says. */
export interface EventWords {
  readonly opening: string
  batch(batch: Batch): Uint8Array
  /** Undefined where it has no words for a gap: then the stream ends there. */
  gap(from: number, to: number): string | undefined
  end(reason: LandlineError): string
}

/** Followers by server-sent events, and other answers that stay open. */
export class EventStreams {
  readonly #open = new Map<ServerResponse, () => void>()
  readonly #sockets = new WeakSet<Socket>()
  readonly #openMax: number

  constructor(openMax: number) {
    this.#openMax = openMax
  }

  /**
   * @param socket of one that does not end by itself: it is alone on its connection, where others would only wait
   * behind it, and one peer take all places
   * @throws LandlineError too_many where there is no place for another one
   */
  admit(socket?: Socket): void {
    if (this.#open.size >= this.#openMax || (socket && this.#sockets.has(socket)))
      throw new LandlineError("too_many")
  }

  /** Counts an answer that is admitted among the open ones until it closes. @param end called when the hub stops */
  hold(response: ServerResponse, end: () => void): void {
    if (response.destroyed) return // the peer left before this, and "close" will not come again
    const socket = response.socket!
    this.#open.set(response, end)
    this.#sockets.add(socket)
    response.once("close", () => {
      this.#open.delete(response)
      this.#sockets.delete(socket)
    })
  }

  /** Writes what comes to a response whose head is sent, until the peer leaves. @param conflated as Following.start */
  start(response: ServerResponse, follow: Following, conflated = false, words = roomWords(follow)): void {
    if (response.destroyed) return
    this.hold(response, () => response.end())
    response.write(words.opening)
    const write = (data: string | Uint8Array): boolean => {
      response.write(data)
      return !receiver.full
    }
    const receiver: Receiver = {
      get full() {
        return response.writableLength >= limits.socketQueueBytesMax
      },
      deliver: (batch) => write(words.batch(batch)),
      gap(from, to) {
        const said = words.gap(from, to)
        if (said !== undefined) return write(said)
        response.end()
        return false
      },
      end: (reason) => void response.end(words.end(reason)),
    }
    const follower = follow.start(receiver, conflated)
    // Without it, nobody would notice a line that is dead.
    const beat = setInterval(
      () => follower.state === "live" && write(": heartbeat\n\n"),
      limits.heartbeatMs,
    ).unref()
    response.on("drain", () => follower.resume())
    response.on("close", () => {
      clearInterval(beat)
      follower.close()
    })
  }

  end(): void {
    for (const end of this.#open.values()) end()
  }
}

/** As the short doors speak: the id of each event is its cursor. */
function roomWords({ stat, cursor }: Following): EventWords {
  return {
    // An id at the very start, so that a browser that is cut before the first event resumes here too.
    opening: `retry: 1000\nid: ${cursor}\nevent: following\ndata: {}\n\n`,
    batch: (batch) => batch.encoded(sseFormat),
    gap: (from, to) => `id: ${cursorAt(stat, to)}\nevent: gap\ndata: ${JSON.stringify({ from, to })}\n\n`,
    end: ({ code, message }) =>
      `event: end\ndata: ${JSON.stringify({ code, message, retry: ERRORS[code].retry })}\n\n`,
  }
}
