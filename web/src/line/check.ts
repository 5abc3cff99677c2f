import { idleFacts, judgeIdle } from "../../../src/client/check/idle.ts"
import { judgeLoad, loadFacts } from "../../../src/client/check/load.ts"
import { reportOf } from "../../../src/client/check/report.ts"
import {
  fail,
  type Judged,
  type JudgedRow,
  type JudgedRows,
  pass,
  type StepName,
  unknown,
  warn,
} from "../../../src/client/check/row.ts"
import {
  CHECK_EXCHANGES,
  CHECK_EXCHANGES_AT_ONCE,
  judgeSum,
  sumFacts,
} from "../../../src/client/check/sum.ts"
import {
  judgeDownload,
  judgeUpload,
  type Throughput,
  type ThroughputFacts,
  throughputFacts,
  waitingFor,
} from "../../../src/client/check/throughput.ts"
import { type Found, type Verdict, verdictOf } from "../../../src/client/check/verdict.ts"
import { time } from "../../../src/client/check/words.ts"
import type { LineRun } from "../../../src/client/line/run.ts"
import { ExchangeFault } from "../../../src/client/line/sum-run.ts"
import { LandlineError, type LineReport } from "../../../src/client/main.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import type { HubHttp } from "../hub/http.ts"
import { exchange, manyRun } from "./exchanging.ts"
import { measure } from "./measuring.ts"
import { download, type SpeedOptions, upload } from "./speed.ts"

/** What a browser can try of the doctor's steps, in this order; and those that it cannot, where they would stand. */
export const TITLES = {
  hello: "hub",
  udp: "UDP both ways",
  idle: "answer time",
  mtu: "packet size",
  download: "download",
  upload: "upload",
  load: "while in use",
  sum: "data intact",
  machine: "this browser",
} as const satisfies { readonly [S in StepName]?: string }
export type WebStep = keyof typeof TITLES

const DOING: Record<WebStep, string> = {
  hello: "Asking who answers",
  udp: "",
  idle: "Measuring how long an answer takes",
  mtu: "",
  download: "Measuring how fast data comes from the hub",
  upload: "Measuring how fast data goes to the hub",
  load: "",
  sum: "Comparing what arrives with what was sent",
  machine: "",
}

export interface Checked {
  readonly rows: JudgedRows
  readonly verdict: Verdict
  /** For everyone's line; undefined where no line was measured. */
  readonly report: LineReport | undefined
}

export interface Checking {
  readonly http: HubHttp
  readonly name: string
  /** `host:port`, as a person knows it. */
  readonly hub: string
  readonly signal: AbortSignal
  /** @param say what is being done @param share how far that is, 0 to 1 */
  onDoing(say: string, share: number): void
  onRow(row: JudgedRow): void
}

const PROBES = 300
const INTERVAL_MS = 10
const LATE_MS = 1_500
const LOADED_EVERY_MS = 20
const LOADED_MAX_MS = 30_000
const LOADED_LATE_MS = 3_000
const SLOW_HELLO_MS = 1_000
const SUM_MS = 8_000
const LOOP_WARN_MS = 50 // as much as an answer may take

const ONLY_A_TERMINAL = "Only from a terminal: a browser cannot send such packets."

const UNREACHED: Found = {
  say: "The hub does not answer this browser.",
  evidence: ["hello"],
  next: "See whether this device is still in the hub's network (Wi-Fi name, cable, VPN), and ask whether the hub is running. The same check from a terminal can tell which of them it is.",
  sure: "likely",
  because: "a hub that has stopped and a line that is cut look the same from a browser.",
}

/** The doctor, as far as a browser goes. @throws the signal's reason where it was stopped */
export async function checkLine(checking: Checking): Promise<Checked> {
  let rows: JudgedRows = {}
  const { signal, onDoing, onRow } = checking
  const take = async <F>(step: WebStep, run: () => Promise<F>, judge: (facts: F) => Judged) => {
    onDoing(DOING[step], 0)
    const row = await taken(step, run, judge)
    signal.throwIfAborted()
    rows = { ...rows, [step]: row }
    onRow(row)
    return row.facts
  }
  const say = (step: WebStep, judged: Judged) => {
    const row = { step, ...judged, facts: undefined }
    rows = { ...rows, [step]: row }
    onRow(row)
  }

  await take("hello", () => hello(checking), judgeHello)
  if (rows.hello!.state === "fail") return finish(rows, checking.hub, UNREACHED)
  say("udp", unknown(ONLY_A_TERMINAL))
  let idleRun: LineRun | undefined
  const idle = await take(
    "idle",
    async () => {
      idleRun = await idleProbes(checking)
      return idleFacts(idleRun)
    },
    judgeIdle,
  )
  say("mtu", unknown(ONLY_A_TERMINAL))
  const down = await take("download", () => loaded("download", checking, download), judgeDownload)
  const up = await take("upload", () => loaded("upload", checking, upload), judgeUpload)
  await take(
    "load",
    async () => loadFacts(idle, down, up),
    (facts) => judgeLoad(facts, (down ?? up) !== undefined),
  )
  await take("sum", () => sums(checking), judgeSum)
  say("machine", judgeBrowser(idleRun))
  return finish(rows, checking.hub)
}

function finish(rows: JudgedRows, hub: string, unreached?: Found): Checked {
  const verdict = verdictOf(rows, hub, unreached)
  return { rows, verdict, report: reportOf(rows, verdict) }
}

async function taken<F>(
  step: WebStep,
  run: () => Promise<F>,
  judge: (facts: F) => Judged,
): Promise<JudgedRow<F>> {
  try {
    const facts = await run()
    return { step, ...judge(facts), facts }
  } catch (error) {
    if (!(error instanceof LandlineError)) throw error
    const say = printableLine(error.message)
    return { step, ...(error.code === "no_hub" ? fail(say) : unknown(say)), facts: undefined }
  }
}

interface Hello {
  readonly hub: { readonly name: string; readonly version: string }
  readonly ms: number
}

async function hello({ http, signal }: Checking): Promise<Hello> {
  const began = performance.now()
  const { hub } = await http.json<Pick<Hello, "hub">>("/hello", { signal, cache: "no-store" })
  return { hub, ms: performance.now() - began }
}

function judgeHello({ hub, ms }: Hello): Judged {
  const who = `The hub "${printableLine(hub.name)}" answers (Landline ${printableLine(hub.version)})`
  return ms > SLOW_HELLO_MS ? warn(`${who}, but only after ${time(ms)}.`) : pass(`${who}.`)
}

const idleProbes = ({ signal, onDoing }: Checking): Promise<LineRun> =>
  measure({
    intervalMs: INTERVAL_MS,
    count: PROBES,
    lateMs: LATE_MS,
    signal,
    onLive: ({ sent }) => onDoing(DOING.idle, sent / PROBES),
  })

/** Throughput one way, with probes beside it, which tell how long an answer takes while the line is full. */
export async function loaded(
  step: "download" | "upload",
  { http, signal, onDoing }: Pick<Checking, "http" | "signal" | "onDoing">,
  move: (options: SpeedOptions) => Promise<Throughput>,
): Promise<ThroughputFacts> {
  const over = new AbortController()
  let probes: Promise<LineRun | undefined> | undefined
  const moved = await move({
    http,
    signal,
    onWait: (ahead) => onDoing(`Waiting: ${waitingFor(ahead)}`, 0),
    onBegin() {
      onDoing(DOING[step], 0)
      probes = measure({
        intervalMs: LOADED_EVERY_MS,
        durationMs: LOADED_MAX_MS,
        lateMs: LOADED_LATE_MS,
        signal: AbortSignal.any([signal, over.signal]),
      }).catch(() => undefined) // a line that is full may let none through
      return () => over.abort()
    },
    onProgress: (share) => onDoing(DOING[step], Math.min(1, share)),
  })
  return throughputFacts(moved, await probes)
}

async function sums({ name, signal, onDoing }: Checking) {
  const run = manyRun(name, CHECK_EXCHANGES, CHECK_EXCHANGES_AT_ONCE)
  let fault: string | undefined
  try {
    await exchange(run, AbortSignal.any([signal, AbortSignal.timeout(SUM_MS)]), () =>
      onDoing(DOING.sum, run.done / CHECK_EXCHANGES),
    )
  } catch (error) {
    if (!(error instanceof ExchangeFault)) throw error
    fault = error.message
  }
  return sumFacts(run, fault)
}

/** A browser does not tell how busy its computer is, but its own timers do. */
function judgeBrowser(run: LineRun | undefined): Judged {
  if (run === undefined) return unknown("Not known, since nothing was measured.")
  const { p99Ms } = run.own.loopDelay
  return p99Ms >= LOOP_WARN_MS
    ? warn(
        `This computer, or this browser, is busy: it was up to ${time(p99Ms)} late with what it meant to do.`,
      )
    : pass("This browser is not held up by other work.")
}
