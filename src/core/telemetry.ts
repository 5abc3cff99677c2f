/** What the parts report about themselves; the hub turns it into /metrics. Calls are cheap and never throw. */
export interface Telemetry {
  /** A commit of `entries` entries became durable, `ms` after it was sent to the log. */
  committed(entries: number, bytes: number, ms: number): void
  /** The log could not store a commit. */
  commitFailed(): void
  /** A page was read from the log, as opposed to shared. */
  logRead(): void
  /** A batch was handed to all its live followers, `ms` after its oldest entry was taken in. */
  delivered(followers: number, ms: number): void
  /** A connection was ended by the hub. */
  cut(reason: string): void
}

export const noTelemetry: Telemetry = {
  committed() {},
  commitFailed() {},
  logRead() {},
  delivered() {},
  cut() {},
}
