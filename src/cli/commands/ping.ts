import { type Command, InvalidArgumentError, Option } from "commander"
import { PROBES_MAX } from "../../client/line/probe-run.ts"
import type { Transport } from "../../client/line/run.ts"
import { PROBE_BYTES_MAX, PROBE_HEAD_BYTES } from "../../protocol/probe.ts"
import type { HubOptions } from "../hub-options.ts"
import { span, spanWords } from "../spans.ts"
import { countUpTo } from "./lab-options.ts"

interface Options extends HubOptions {
  readonly udp?: true
  readonly tcp?: true
  readonly websocket?: true
  readonly count?: number
  readonly interval: number
  readonly duration?: number
  readonly size: number
  readonly closed?: true
  readonly json?: true
  readonly audit?: true
}

const DAY_MS = 24 * 3_600_000
const INTERVAL_MS = 100
const WHY = `
Over UDP, on the hub's own port number, unless said otherwise. Probes are sent
when planned, whatever becomes of the others. The response time counts from the
plan, so that no stall is hidden; the user-space RTT from the sending, in this
program, to the receiving. A percentile is told when ten samples lie above it:
p99 with 1,000. What this program adds by itself (a late timer, a busy event
loop, collections of memory) is told too; no sample is left out for it. Ctrl-C
ends early and tells what there is.

--json: one object, times in ms: transport, address, port, startedMs (since
1970), closed, intervalMs, bytes, counts, damages, own, responseTime, roundTrip,
jitter, hubTime, clock, sendDelay, touched, and samples: an array for each of
plannedMs, sentMs, receivedMs (from the start), hubReceivedMs, hubSentMs (since
1970) and marks (1 sent late, 2 collection, 4 event loop, added up). What is not
known is left out, and null in the arrays.

--audit: measures a responder of its own that delays, loses, doubles, overtakes
and damages on purpose, and shows truth beside measurement. Exit code 3 where
they differ.

Examples:
  landline ping
  landline ping --hub 192.168.1.20 --tcp -i 10ms --duration 1m
  landline ping -n 20000 -i 1ms --json > line.json`

/** `landline ping` */
export function register(program: Command): void {
  program
    .command("ping")
    .description("measure how long the hub takes to answer: delay, jitter, loss, and how sure that is")
    .addOption(new Option("--udp", "over UDP (the default)").conflicts(["tcp", "websocket"]))
    .addOption(new Option("--tcp", "over TCP").conflicts("websocket"))
    .addOption(new Option("--websocket", "over WebSocket"))
    .addOption(
      new Option("-n, --count <number>", "end after so many probes").argParser(countUpTo(PROBES_MAX)),
    )
    .addOption(
      new Option("-i, --interval <time>", "from one probe to the next: 20ms, 1s, 5m")
        .argParser(between(1, 3_600_000))
        .default(INTERVAL_MS, "100ms")
        .conflicts("closed"),
    )
    .addOption(
      new Option("--duration <time>", "end after so long (default: 10s where no count is given)").argParser(
        between(1, DAY_MS),
      ),
    )
    .addOption(
      new Option("--size <bytes>", `bytes of a probe, ${PROBE_HEAD_BYTES} to ${PROBE_BYTES_MAX}`)
        .argParser(probeBytes)
        .default(PROBE_HEAD_BYTES),
    )
    .option("--closed", "send each probe when the one before was answered")
    .option("--json", "print one JSON object")
    .addOption(
      new Option("--audit", "measure known delay, loss and damage instead of a hub").conflicts([
        "tcp",
        "websocket",
        "count",
        "interval",
        "duration",
        "size",
        "closed",
      ]),
    )
    .addHelpText("after", WHY)
    .action(async (_: unknown, command: Command) => {
      const { hub, count, interval, duration, size, closed, json, audit, ...over } =
        command.optsWithGlobals<Options>()
      if (audit) {
        const auditing = await import("../line/auditing.ts")
        return auditing.audit(json === true)
      }
      const transport: Transport = over.tcp ? "tcp" : over.websocket ? "websocket" : "udp"
      const { ping } = await import("../line/ping.ts")
      await ping({
        hub,
        transport,
        closed: closed === true,
        intervalMs: interval,
        count,
        durationMs: duration,
        bytes: size,
        json: json === true,
      })
    })
}

/** For commander: a time within bounds, as ms. */
const between = (leastMs: number, mostMs: number) => (text: string) => {
  const ms = msOf(text)
  if (ms >= leastMs && ms <= mostMs) return ms
  const bounds = `from ${spanWords(leastMs)} to ${spanWords(mostMs)}`
  throw new InvalidArgumentError(`It is a time such as 20ms, 5s or 1m, ${bounds}.`)
}

/** NaN where it is no time; what `span` says then allows 0. */
function msOf(text: string): number {
  try {
    return span(text)
  } catch {
    return Number.NaN
  }
}

function probeBytes(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < PROBE_HEAD_BYTES || value > PROBE_BYTES_MAX)
    throw new InvalidArgumentError(`A probe has ${PROBE_HEAD_BYTES} to ${PROBE_BYTES_MAX} bytes.`)
  return value
}
