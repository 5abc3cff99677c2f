import type { Server } from "../support/process.ts"

export type Say = (message: string) => void

/** What a client says and hears on a WebSocket that comes back whenever it is lost. */
export interface Talk {
  /** A connection is there: the first one, or a new one. */
  open(say: Say): void
  hear(message: string, say: Say): void
}

export interface Receiving {
  following(): void
  message(text: string): void
}

export interface Publishing {
  /** It may publish; what was not stored is to be said again. */
  live(): void
  /** Messages 1 to `n` are stored. */
  stored(n: number): void
}

/** A server whose clients come back after it was lost, and go on where they were as far as it lets them. */
export interface ReturningPeer {
  readonly name: string
  readonly path: string
  readonly protocol?: string
  /** @param dir its files, empty at the first start only */
  start(dir: string, port: number): Promise<Server>
  /** Once, after the first start. */
  prepare(port: number): Promise<void>
  /** @param n tells receivers apart */
  receiver(n: number, on: Receiving): Talk
  publisher(on: Publishing): Talk
  /** Message `n`, which is 1, 2, 3 ..., for the publisher to say. */
  publish(n: number, text: string): string
}
