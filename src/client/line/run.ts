/** What one run of probes over a line brought. Pure data: it crosses threads, and a browser makes it too. */
export interface LineRun {
  readonly transport: Transport
  /** The address that answered, and its port. */
  readonly address: string
  readonly port: number
  /** ms since 1970 */
  readonly startedMs: number
  /** Closed loop: each probe waits for the reply to the one before. Else probes are sent when planned. */
  readonly closed: boolean
  readonly intervalMs: number
  /** The connection broke before the run was over. */
  readonly broke: boolean
  /** Of one probe, its head included. */
  readonly bytes: number
  readonly samples: Samples
  readonly counts: RunCounts
  readonly damages: readonly Damage[]
  readonly own: OwnError
}

export type Transport = "udp" | "tcp" | "websocket"

/**
 * One value of each array per probe, in the order in which they were sent: probe 1 is at index 0. Times are ms on the
 * monotonic clock of the measuring thread, from the beginning of the run. NaN where no reply came.
 */
export interface Samples {
  readonly plannedMs: Float64Array
  readonly sentMs: Float64Array
  readonly receivedMs: Float64Array
  /** ms since 1970 by the hub's clock. */
  readonly hubReceivedMs: Float64Array
  readonly hubSentMs: Float64Array
  /** Bits of `MARKS`: what in the measuring program itself may have touched this sample. None is left out for it. */
  readonly marks: Uint8Array
}

/** The probe was sent late; memory was collected, or the event loop was held up, while it was on its way. */
export const MARKS = { timer: 1, collection: 2, loop: 4 } as const

export interface RunCounts {
  readonly sent: number
  /** Probes to which a reply came, each counted once. */
  readonly received: number
  /** Probes without a reply; up and down add up to it. Undefined where the hub's counts did not come. */
  readonly lost: number
  readonly lostUp: number | undefined
  readonly lostDown: number | undefined
  /** What came more than once: probes at the hub, and replies here beyond those. */
  readonly duplicatesUp: number | undefined
  readonly duplicatesDown: number
  /** What was overtaken by a later one: at the hub, and here beyond those (RFC 4737 section 3). */
  readonly reorderedUp: number | undefined
  readonly reorderedDown: number
  /** Replies that came, but after the time that was allowed. They count as received. */
  readonly late: number
  /** Replies, or datagrams, that were damaged: `damages` says where, as far as it was kept. */
  readonly damaged: number
  /** What came and was no reply to any probe of this run. */
  readonly strangers: number
}

/** A bit that was flipped on the way. */
export interface Damage {
  readonly seq: number
  readonly direction: "up" | "down"
  /** From the beginning of the probe. */
  readonly byte: number
  /** 7 is the highest. */
  readonly bit: number
}

/** What the measuring program adds by itself. */
export interface OwnError {
  /** Of the event loop of the measuring thread, beyond what was asked of the timer. ms */
  readonly loopDelay: { readonly meanMs: number; readonly p99Ms: number; readonly maxMs: number }
  readonly collections: { readonly count: number; readonly totalMs: number; readonly maxMs: number }
}
