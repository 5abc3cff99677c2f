import type { ReceiverBlocks } from "../../../src/client/main.ts"
import type { Drawing, Span } from "./drawing.ts"

/** Drawn; of more nobody would tell the lines apart. */
export const DRAWN_MAX = 6

/**
 * Receivers that have reported: those heard of last come first, and are drawn. They stand by name, so that a receiver
 * keeps its colour from one report to the next.
 */
export function ordered(all: readonly ReceiverBlocks[]): ReceiverBlocks[] {
  const newest = all
    .filter(({ blocks }) => blocks.length > 0)
    .sort((one, other) => other.blocks.at(-1)!.time - one.blocks.at(-1)!.time)
  const drawn = newest.slice(0, DRAWN_MAX).sort((one, other) => (one.receiver < other.receiver ? -1 : 1))
  return [...drawn, ...newest.slice(DRAWN_MAX)]
}

/** How long each block took, by receiver, at the time when it was reported. */
export function blocksDrawing(receivers: readonly ReceiverBlocks[]): { drawing: Drawing; span: Span } {
  const times = [...new Set(receivers.flatMap(({ blocks }) => blocks.map(({ time }) => time)))].sort(
    (one, other) => one - other,
  )
  const place = new Map(times.map((time, at) => [time, at]))
  const values = receivers.map(({ blocks }) => {
    const line: (number | undefined)[] = new Array(times.length).fill(undefined)
    for (const { time, spanMs } of blocks) line[place.get(time)!] = spanMs
    return line
  })
  const [from = 0, to = 1] = [times[0], times.at(-1)]
  return {
    drawing: { times: times.map((time) => time / 1_000), values },
    span: { from, to: Math.max(to, from + 1_000) },
  }
}
