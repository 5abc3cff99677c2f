import type { Server } from "../support/process.ts"

/** Bytes to send, and the words in the answer to wait for before the next step. */
export interface Step {
  readonly send: string | Buffer
  readonly until: string
}

/** How one peer's protocol looks on a raw socket: all that the byte-counting client and the author need. */
export interface Wire {
  /** From connected to following; `n` tells the followers apart. */
  follow(port: number, n: number): readonly Step[]
  /** From connected to ready to publish. */
  author(port: number): readonly Step[]
  /** @param seq 1, 2, 3 ... over all that this author publishes */
  publish(text: string, seq: number): string | Buffer
  /** Where the author is to wait for acks: a letter that stands once in each, and how many may be missing. */
  readonly acks?: { readonly sign: string; readonly unackedMax: number }
  /** What an author's answers must never hold. */
  readonly refusal: string
  /** The answer to a sign of life that the server asks for, which comes alone in a chunk. */
  alive(chunk: Buffer): string | Buffer | undefined
}

export interface Peer {
  readonly name: string
  readonly wire: Wire
  /** @param dir an empty directory for its files
   *  @throws NotInstalled */
  start(dir: string): Promise<Server>
}
