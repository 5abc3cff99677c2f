import { randomInt, randomUUID } from "node:crypto"
import { ExchangeFault, SumRun } from "../../client/line/sum-run.ts"
import { LandlineError } from "../../protocol/errors.ts"
import { isExchangeNumber, NUMBER_MAX, PATTERNS } from "../../protocol/exchange.ts"
import { limits } from "../../protocol/limits.ts"
import { personName } from "../../protocol/names.ts"
import { printable } from "../../protocol/text.ts"
import { FaultFound } from "../failure.ts"
import { HubHttp } from "../files/hub-http.ts"
import type { HubOptions } from "../hub-options.ts"
import { jsonLine, print } from "../output.ts"
import { exchangeAll, type Traffic } from "./exchanging.ts"
import { LineFile } from "./line-file.ts"
import { ProgressText } from "./progress-text.ts"
import { sha256 } from "./sha256.ts"
import { errorRateBound, manyLines, progressWords, rateOf, singleLines } from "./words.ts"

/** In flight when pipelined: enough that neither end waits for the other. */
const WINDOW = 256
const MANY = 10_000
const SEEDS = 1_000_000_000

export interface SumOptions extends HubOptions {
  readonly many?: true | number
  readonly pipelined?: true
  readonly seed?: number
  readonly save?: string
  readonly saveHub?: string
  readonly json?: true
}

/** `landline sum N` and `landline sum --many`. @throws LandlineError | FaultFound */
export async function sum(text: string | undefined, options: SumOptions): Promise<void> {
  const { many, pipelined = false, hub, json } = options
  const number = many ? undefined : numberIn(text)
  const name = personName(options.as)
  const seed = options.seed ?? randomInt(SEEDS)
  const count = many === true ? MANY : (many ?? 1)
  if (options.saveHub !== undefined && count > limits.sumTranscriptExchangesMax) throw tooLong(count)
  using file = options.save === undefined ? undefined : new LineFile(options.save)
  using hubFile = options.saveHub === undefined ? undefined : new LineFile(options.saveHub)
  const run = new SumRun({
    sha256,
    run: randomUUID(),
    name,
    seed,
    patterns: many ? PATTERNS : [],
    count,
    window: pipelined ? WINDOW : 1,
    numberOf: (seq) => number ?? 1 + ((seq - 1) % NUMBER_MAX),
    onLine: file && ((line) => file.add(line)),
  })
  const { traffic, error } = await taken(run, hub)
  if (run.hub === undefined && !(error instanceof ExchangeFault)) throw error
  if (json) print(jsonLine({ ...resultOf(run, traffic, error), client: name, seed, pipelined }))
  else if (many && run.hub !== undefined) for (const line of manyLines(run, pipelined, traffic)) print(line)
  else if (run.last) for (const line of singleLines(run, name)) print(line)
  if (error && !(error instanceof ExchangeFault)) throw error
  if (error) console.error(printable(error.message))
  if (hubFile && run.over) hubFile.add(await hubTranscript(run, options))
  if (error || run.mismatchCount > 0 || run.transcript !== run.hubTranscript) throw new FaultFound()
}

/** The number of a person. @throws LandlineError usage */
function numberIn(text: string | undefined): number {
  if (text === undefined)
    throw new LandlineError(
      "usage",
      {},
      "Give a whole number from 1 to 100, as in landline sum 25, or --many.",
    )
  const number = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  if (isExchangeNumber(number)) return number
  throw new LandlineError("usage", {}, `"${text}" is no whole number from 1 to 100, as in landline sum 25.`)
}

interface Taken {
  readonly traffic?: Traffic
  readonly error?: Error
}

/** Takes the run to its end, or as far as it goes. Ctrl-C ends it early; a second one at once. */
async function taken(run: SumRun, hub: string): Promise<Taken> {
  const stop = new AbortController()
  const interrupted = () => {
    if (stop.signal.aborted) process.exit(0)
    stop.abort()
  }
  const progress = new ProgressText()
  const begunMs = performance.now()
  process.on("SIGINT", interrupted)
  try {
    const onProgress = () => progress.show(progressWords(run, performance.now() - begunMs))
    return { traffic: await exchangeAll(run, { hub, signal: stop.signal, onProgress }) }
  } catch (error) {
    return { error: error as Error }
  } finally {
    process.off("SIGINT", interrupted)
    progress.clear()
  }
}

/** For programs. */
function resultOf(run: SumRun, traffic: Traffic | undefined, error: Error | undefined) {
  const { hub, done, damaged, mismatches, mismatchCount, transcript, hubTranscript, last } = run
  return {
    run: run.run,
    hub,
    exchanges: done,
    ...(done === 1 && last),
    ...(traffic && { ...traffic, perSecond: rateOf(run, traffic) }),
    damaged,
    mismatches,
    mismatchCount,
    errorRateBelow: errorRateBound(run),
    transcript,
    hubTranscript,
    same: transcript === hubTranscript,
    fault: error?.message,
  }
}

/** The transcript that the hub holds. @throws LandlineError */
async function hubTranscript({ run }: SumRun, options: HubOptions): Promise<string> {
  const http = new HubHttp(options)
  return (await http.text(await http.request("GET", `sums/${run}`))).trimEnd()
}

/** PROTOCOL 13.10: of a longer run the hub keeps only the hash. */
function tooLong(count: number): LandlineError {
  const [most, asked] = [limits.sumTranscriptExchangesMax, count].map((number) => number.toLocaleString("en"))
  return new LandlineError(
    "usage",
    {},
    `A hub keeps transcripts of at most ${most} exchanges, not of ${asked}: leave out --save-hub, or make fewer.`,
  )
}
