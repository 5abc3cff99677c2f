/** A line that probes are sent over, and what came back: the same for each transport. */
export interface ProbePort {
  /** The address that answers, and its port. */
  readonly address: string
  readonly port: number
  /** Sends one probe now. @returns false where its bytes are still needed: they must not be written into again */
  send(probe: Uint8Array): boolean
  close(): void
}

export interface ProbePortEvents {
  /**
   * Something came. Called first of all, so that the stamp is not ours.
   * @param bytes may be changed, and are gone afterwards
   * @param atMs of `performance.now()`
   */
  received(bytes: Uint8Array, atMs: number): void
  /** The line ended by itself; nothing can be sent any more. */
  ended(error: Error): void
}

export interface ProbePortOptions {
  readonly host: string
  readonly port: number
  /** Of a probe. */
  readonly bytes: number
}

export type OpenProbePort = (options: ProbePortOptions, events: ProbePortEvents) => Promise<ProbePort>

/** A hub that is there takes a connection at once. */
export const OPEN_MS = 5_000
