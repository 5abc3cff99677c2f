import { hash } from "node:crypto"
import { LandlineError } from "../../protocol/errors.ts"
import { type Begin, EXCHANGE_VERSION, type Fields, PATTERNS, type Pattern } from "../../protocol/exchange.ts"
import { Transcript, type TranscriptHead } from "../../protocol/exchange-transcript.ts"
import { limits } from "../../protocol/limits.ts"
import { personName } from "../../protocol/names.ts"
import { ExchangePeer } from "./exchange-peer.ts"
import { ExchangeRun } from "./exchange-run.ts"

/** A run of verified exchanges that is over. */
export interface EndedRun {
  readonly run: string
  readonly client: string
  readonly hub: string
  /** That were complete. */
  readonly exchanges: number
  /** Of these, exchanges of which something did not arrive as it was sent. */
  readonly damaged: number
  /** The last hash of the hub's transcript. */
  readonly transcript: string
  /** The client said that it was over; else the connection was lost or refused. */
  readonly complete: boolean
}

/** What is kept of a run. */
interface Kept {
  /** Its transcript; undefined where it does not fit. */
  lines: string[] | undefined
  bytes: number
}

const sha256 = (data: Uint8Array | string): string => hash("sha256", data)

/** The hub's side of verified exchanges, and the transcripts of the last runs. */
export class Exchanges {
  readonly #onEnded: (run: EndedRun) => void
  /** By run, the oldest first. */
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  /** @param onEnded is told of each run that is over */
  constructor(onEnded: (run: EndedRun) => void = () => {}) {
    this.#onEnded = onEnded
  }

  /** Somebody has connected. @param hub the hub's name */
  open(hub: string): ExchangePeer {
    let begin: Begin | undefined
    return new ExchangePeer({
      hub,
      sha256,
      begin: (fields, writer) => {
        begin = checkedBegin(fields)
        const { run, name } = begin
        const kept = this.#keep(run)
        const head: TranscriptHead = { transcript: 1, run, client: name, hub }
        const transcript = new Transcript(head, sha256, (line) => this.#add(kept, line))
        return new ExchangeRun({ begin, hub, transcript, sha256, writer })
      },
      onEnded: ({ counts }, complete) => {
        const { run, name } = begin!
        this.#onEnded({ run, client: name, hub, ...counts, complete })
      },
    })
  }

  /** The lines of a transcript as the hub holds it; undefined where it is not known, or not kept. */
  transcript(run: string): readonly string[] | undefined {
    return this.#kept.get(run)?.lines
  }

  #keep(run: string): Kept {
    if (this.#kept.has(run))
      throw new LandlineError("bad_request", {}, "There was a run of that name already. Begin another.")
    const kept: Kept = { lines: [], bytes: 0 }
    this.#kept.set(run, kept)
    if (this.#kept.size > limits.sumRunsMax) {
      const [oldest, { value }] = [this.#kept.keys().next().value!, this.#kept.values().next()]
      this.#drop(value!)
      this.#kept.delete(oldest)
    }
    return kept
  }

  #add(kept: Kept, line: string): void {
    if (!kept.lines) return
    if (kept.lines.length > limits.sumTranscriptExchangesMax) return this.#drop(kept)
    kept.lines.push(line)
    kept.bytes += line.length
    this.#bytes += line.length
    for (const older of this.#kept.values()) {
      if (this.#bytes <= limits.sumTranscriptsBytesMax) break
      this.#drop(older)
    }
  }

  #drop(kept: Kept): void {
    this.#bytes -= kept.bytes
    kept.bytes = 0
    kept.lines = undefined
  }
}

const RUN = /^[\w-]{8,64}$/
const PATTERNS_MAX = 16

function checkedBegin({ op, version, run, name, seed, patterns }: Fields): Begin {
  if (op !== "begin") throw new LandlineError("bad_request", {}, "A run of exchanges begins with begin.")
  if (version !== EXCHANGE_VERSION) throw new LandlineError("version_mismatch")
  if (
    typeof run !== "string" ||
    !RUN.test(run) ||
    typeof name !== "string" ||
    !isSeed(seed) ||
    !arePatterns(patterns)
  )
    throw new LandlineError("bad_request", {}, "The run, its name, seed or patterns are not of their form.")
  return { op, version, run, name: personName(name), seed, patterns }
}

const isSeed = (seed: unknown): seed is number =>
  Number.isInteger(seed) && (seed as number) >= 0 && (seed as number) < 2 ** 32

const arePatterns = (patterns: unknown): patterns is Pattern[] =>
  Array.isArray(patterns) &&
  patterns.length <= PATTERNS_MAX &&
  patterns.every((pattern) => PATTERNS.includes(pattern))
