import { printableLine } from "../../protocol/text.ts"
import { clip, displayWidth } from "../width.ts"
import { amount, duration } from "./amounts.ts"

/** How far a transfer is. */
export interface Standing {
  readonly label: string
  readonly done: number
  /** Undefined where it is not known. */
  readonly bytes: number | undefined
  /** Bytes a second, of late; undefined while it is not known. */
  readonly rate: number | undefined
  /** In place of rate and time left, such as why it waits. */
  readonly note: string | undefined
}

const LABEL_MAX = 32
const BAR_MIN = 8
const BAR_MAX = 40
/** Widths of columns, so that nothing jumps about: `999 MB of 99.9 GB`, `999 MB/s  99:59 left`. */
const AMOUNTS = 18
const PACE = 21

/** Lines of progress, below each other, none wider than `columns`. */
export function progressLines(standings: readonly Standing[], columns: number): string[] {
  const rights = standings.map(rightOf)
  const free = columns - Math.max(...rights.map(displayWidth)) - 2
  const labelMax = Math.max(1, Math.min(LABEL_MAX, free - BAR_MIN - 2))
  const labels = standings.map(({ label }) => clip(printableLine(label), labelMax))
  const labelWidth = Math.max(...labels.map(displayWidth))
  const bar = Math.min(BAR_MAX, free - labelWidth - 2)
  return standings.map((standing, row) => {
    const label = labels[row]! + " ".repeat(labelWidth - displayWidth(labels[row]!))
    const share = shareOf(standing)
    const middle = bar < BAR_MIN ? "" : `  ${share === undefined ? " ".repeat(bar) : barOf(share, bar)}`
    return clip(`${label}${middle}  ${rights[row]}`, columns).trimEnd()
  })
}

/** Undefined where the size is not known. */
function shareOf({ done, bytes }: Standing): number | undefined {
  if (bytes === undefined) return undefined
  return bytes === 0 ? 1 : Math.min(1, done / bytes)
}

function barOf(share: number, width: number): string {
  const full = Math.round(share * width)
  return "█".repeat(full) + "░".repeat(width - full)
}

function rightOf(standing: Standing): string {
  const { done, bytes, note } = standing
  const share = shareOf(standing)
  const percent = share === undefined ? "" : `${Math.floor(share * 100)}%`
  const amounts = bytes === undefined ? amount(done) : `${amount(done)} of ${amount(bytes)}`
  return `${percent.padStart(4)}  ${amounts.padEnd(AMOUNTS)}  ${(note ?? pace(standing)).padEnd(PACE)}`
}

function pace({ done, bytes, rate }: Standing): string {
  if (rate === undefined) return ""
  const speed = `${amount(Math.round(rate))}/s`
  if (bytes === undefined || bytes <= done) return speed
  return rate < 1 ? "stands still" : `${speed.padEnd(9)}  ${duration((bytes - done) / rate)} left`
}

const WINDOW_MS = 3_000
const ENOUGH_MS = 500

/** Rate of late: of the last seconds, not since the beginning. */
export class Rate {
  readonly #samples: { readonly time: number; readonly moved: number }[] = []

  /** @param time ms @param moved bytes so far @returns bytes a second; undefined until there is enough to tell */
  at(time: number, moved: number): number | undefined {
    this.#samples.push({ time, moved })
    while (this.#samples.length > 2 && time - this.#samples[1]!.time >= WINDOW_MS) this.#samples.shift()
    const first = this.#samples[0]!
    return time - first.time < ENOUGH_MS ? undefined : ((moved - first.moved) / (time - first.time)) * 1000
  }
}
