import { mkdirSync, rmSync } from "node:fs"
import { mkdtemp, writeFile } from "node:fs/promises"
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os"
import { dirname, join } from "node:path"
import { NotInstalled } from "./support/process.ts"
import { tmpfsWith } from "./support/tmpfs.ts"

/** What a contestant measured in a round, by metric. */
export type Figures = Readonly<Record<string, number>>

export interface Contestant {
  readonly name: string
  /** One round. @param dir an empty directory, removed after the round */
  run(dir: string): Promise<Figures>
}

/** For the subject's ratio to another contestant, or for the subject's own median. */
export interface Target {
  readonly metric: string
  /** Another contestant than the subject. */
  readonly of?: string
  readonly over?: string
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Benchmark {
  readonly about: string
  /** Whose ratio to the others is shown. */
  readonly subject: string
  readonly targets: readonly Target[]
  /** Its files are to be in memory, so that no disk is measured: bytes that it needs there. */
  readonly tmpfsBytes?: number
  /** Made ready once, before the rounds. @param scope ends with the benchmark; `dir` is removed then */
  contestants(
    scope: AsyncDisposableStack,
    dir: string,
  ): Promise<readonly Contestant[]> | readonly Contestant[]
}

interface Summary {
  readonly metric: string
  readonly contestant: string
  readonly median: number
  readonly min: number
  readonly max: number
  /** Median over the rounds of the subject's figure over this one's: what slowed a round slowed both. */
  readonly ratio: number
}

const dirs = new Set<string>()
process.on("exit", () => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
})

async function withDir<T>(base: string, use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(base, "landline-bench-"))
  dirs.add(dir)
  try {
    return await use(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
    dirs.delete(dir)
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Runs the contestants in turn, so that what else the machine does falls on all of them alike. */
async function runRounds(benchmark: Benchmark, rounds: number): Promise<Map<string, Figures[]>> {
  const base = benchmark.tmpfsBytes ? await tmpfsWith(benchmark.tmpfsBytes) : tmpdir()
  return withDir(base, async (home) => {
    await using scope = new AsyncDisposableStack()
    const contestants = [...(await benchmark.contestants(scope, home))]
    const results = new Map<string, Figures[]>()
    for (let round = 1; round <= rounds; round++) {
      for (const contestant of [...contestants]) {
        try {
          const figures = await withDir(base, (dir) => contestant.run(dir))
          results.set(contestant.name, [...(results.get(contestant.name) ?? []), figures])
          console.error(
            `round ${round}/${rounds}  ${contestant.name}  ${Object.values(figures).map(show).join("  ")}`,
          )
        } catch (error) {
          if (!(error instanceof NotInstalled)) throw error
          console.error(`left out: ${error.message}`)
          contestants.splice(contestants.indexOf(contestant), 1)
        }
      }
    }
    return results
  })
}

function summarise(results: Map<string, Figures[]>, subject: string): Summary[] {
  const metrics = new Set([...results.values()].flat().flatMap((figures) => Object.keys(figures)))
  return [...metrics].flatMap((metric) => {
    const values = (name: string) => (results.get(name) ?? []).flatMap((figures) => figures[metric] ?? [])
    return [...results.keys()]
      .filter((name) => values(name).length > 0)
      .map((contestant) => ({
        metric,
        contestant,
        median: median(values(contestant)),
        min: Math.min(...values(contestant)),
        max: Math.max(...values(contestant)),
        ratio: ratio(values(subject), values(contestant)),
      }))
  })
}

const ratio = (values: readonly number[], others: readonly number[]): number =>
  median(values.flatMap((value, round) => value / (others[round] ?? Number.NaN)))

function judge(target: Target, results: Map<string, Figures[]>, subject: string): string {
  const values = (name: string) =>
    (results.get(name) ?? []).flatMap((figures) => figures[target.metric] ?? [])
  const { of = subject, over } = target
  const limit = target.atLeast !== undefined ? `at least ${target.atLeast}` : `at most ${target.atMost}`
  const words = `${target.metric}${target.of ? ` of ${of}` : ""}${over ? ` over ${over}` : ""}: ${limit}`
  const value = over ? ratio(values(of), values(over)) : median(values(of))
  if (!Number.isFinite(value)) return `not measured  ${words}`
  const met = value >= (target.atLeast ?? -Infinity) && value <= (target.atMost ?? Infinity)
  return `${met ? "met   " : "MISSED"}  ${words}, is ${show(value)}`
}

const show = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3)

function table(summaries: readonly Summary[], subject: string): string {
  const rows = [
    ["metric", "", "median", "min", "max", `${subject} is`],
    ...summaries.map(({ metric, contestant, median, min, max, ratio }) => [
      metric,
      contestant,
      show(median),
      show(min),
      show(max),
      contestant === subject || !Number.isFinite(ratio) ? "" : `${ratio.toFixed(2)} x`,
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
  return rows.map(line).join("\n")
}

/** Runs a benchmark, prints its table and writes everything measured as JSON. */
export async function runBenchmark(
  name: string,
  benchmark: Benchmark,
  rounds: number,
  file: string,
): Promise<void> {
  console.error(`${name}: ${benchmark.about}`)
  const results = await runRounds(benchmark, rounds)
  const { subject } = benchmark
  const summaries = summarise(results, subject)
  const targets = benchmark.targets.map((target) => judge(target, results, subject))
  console.log(`\n${table(summaries, subject)}\n\n${targets.join("\n")}`)
  const machine = {
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  }
  mkdirSync(dirname(file), { recursive: true })
  const report = {
    name,
    at: new Date().toISOString(),
    machine,
    rounds,
    summaries,
    targets,
    results: Object.fromEntries(results),
  }
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`)
  console.error(`written: ${file}`)
}
