import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client"
import type { Telemetry } from "../core/telemetry.ts"
import type { BlockReport } from "../protocol/feeds.ts"

/** What is asked at each scrape, rather than counted as it happens. */
export interface Load {
  connections(): number
  queuedBytes(): number
  sessions(): number
  followers(): Promise<{ all: number; live: number }>
  /** The last block of each receiver of a feed. */
  blocks(): Iterable<{ feed: string; receiver: string; block: BlockReport }>
}

export interface Metrics extends Telemetry {
  /** Whether the last commit could be stored. */
  readonly storing: boolean
  /** Entries stored so far. */
  readonly entries: number
  render(): Promise<string>
}

/** Receivers of feeds that are told of one by one: each is a line of the answer. */
const RECEIVERS_MAX = 1_000

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The hub's measurements in Prometheus' form; each hub has a registry of its own. */
export function createMetrics(load: Load): Metrics {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  collectDefaultMetrics({ register: registry })

  const commitEntries = new Histogram({
    name: "landline_commit_entries",
    help: "Entries of a commit.",
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
    registers,
  })
  const commitBytes = new Counter({
    name: "landline_commit_bytes_total",
    help: "Bytes of bodies committed.",
    registers,
  })
  const commitSeconds = new Histogram({
    name: "landline_commit_seconds",
    help: "Time from sending a commit to the log until it was durable.",
    buckets: SECONDS,
    registers,
  })
  const deliverySeconds = new Histogram({
    name: "landline_delivery_seconds",
    help: "Time from taking an entry in until its batch was handed to all live followers; resolution 1 ms.",
    buckets: SECONDS,
    registers,
  })
  const deliveries = new Counter({
    name: "landline_deliveries_total",
    help: "Batches handed to followers as they were committed.",
    registers,
  })
  const logReads = new Counter({
    name: "landline_log_reads_total",
    help: "Pages read from the log.",
    registers,
  })
  const cuts = new Counter({
    name: "landline_connections_cut_total",
    help: "Connections ended by the hub.",
    labelNames: ["reason"],
    registers,
  })

  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  gauge("landline_connections", "WebSocket connections that are open.", load.connections)
  gauge("landline_queued_bytes", "Bytes that wait for their peers to read.", load.queuedBytes)
  gauge("landline_sessions", "Sessions that are connected or were a moment ago.", load.sessions)
  new Gauge({
    name: "landline_followers",
    help: "Followers: live ones get each batch as it is committed, the others are behind.",
    labelNames: ["state"],
    registers,
    async collect() {
      const { all, live } = await load.followers()
      this.set({ state: "live" }, live)
      this.set({ state: "behind" }, all - live)
    },
  })

  const blockGauge = (name: string, help: string, value: (block: BlockReport) => number | undefined) =>
    new Gauge({
      name,
      help,
      labelNames: ["feed", "receiver"],
      registers,
      collect() {
        this.reset()
        let left = RECEIVERS_MAX
        for (const { feed, receiver, block } of load.blocks()) {
          const ms = value(block)
          if (ms !== undefined) this.set({ feed, receiver }, ms / 1_000)
          if (--left === 0) break
        }
      },
    })
  blockGauge(
    "landline_feed_block_seconds",
    "Time in which the last block of messages reached a receiver of a feed, as it reports.",
    ({ spanMs }) => spanMs,
  )
  blockGauge(
    "landline_feed_block_longest_gap_seconds",
    "Longest wait for a message of the receiver's last block.",
    ({ longestGapMs }) => longestGapMs,
  )
  blockGauge(
    "landline_feed_block_lateness_seconds",
    "How much later than the first message the latest one of the receiver's last block came.",
    ({ latenessMs }) => latenessMs,
  )

  const commitsFailed = new Counter({
    name: "landline_commits_failed_total",
    help: "Commits that could not be stored.",
    registers,
  })
  let storing = true
  let stored = 0

  return {
    get storing() {
      return storing
    },
    get entries() {
      return stored
    },
    commitFailed() {
      storing = false
      commitsFailed.inc()
    },
    committed(entries, bytes, ms) {
      storing = true
      stored += entries
      commitEntries.observe(entries)
      commitBytes.inc(bytes)
      commitSeconds.observe(ms / 1_000)
    },
    logRead: () => logReads.inc(),
    delivered(followers, ms) {
      deliveries.inc(followers)
      deliverySeconds.observe(Math.max(0, ms) / 1_000)
    },
    cut: (reason) => cuts.inc({ reason }),
    render: () => registry.metrics(),
  }
}
