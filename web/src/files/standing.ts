import type { Target } from "./chosen.ts"

/**
 * `queued`: its turn comes. `sending`: bytes are on their way. `checking`: all are, and both ends compare what they
 * counted. `waiting`: for the line, or for what the note says. `paused`: by the person. `done`: there, and verified.
 */
export type TransferState = "queued" | "sending" | "checking" | "waiting" | "paused" | "done" | "failed"

/** How a transfer stands, for the screen. */
export interface Standing {
  readonly id: number
  readonly name: string
  readonly bytes: number
  readonly items: number
  readonly target: Target
  readonly state: TransferState
  /** Bytes on their way or there. */
  readonly sent: number
  /** Bytes a second, smoothed. */
  readonly rate: number | undefined
  /** Why it waits, or failed. */
  readonly note: string | undefined
  /** When it is there: its path at the hub, and its SHA-256 in hex. */
  readonly path: string | undefined
  readonly sha256: string | undefined
}
