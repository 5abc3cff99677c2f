/**
 * Bytes that all uploads together take in one turn of the event loop. A socket on which bytes wait would give two
 * MiB at once; with sixteen of them, everybody else would wait for all that.
 */
const TURN_BYTES = 256 * 1024

let left = TURN_BYTES
let waiting: (() => void)[] = []
let scheduled = false

/** Accounts for bytes that came. @returns whether there may be more in this turn */
export function spend(bytes: number): boolean {
  left -= bytes
  if (!scheduled) {
    scheduled = true
    setImmediate(nextTurn)
  }
  return left > 0
}

/** Calls back in the next turn. To be called after `spend`. */
export function inNextTurn(goOn: () => void): void {
  waiting.push(goOn)
}

function nextTurn(): void {
  scheduled = false
  left = TURN_BYTES
  const ready = waiting
  waiting = []
  for (const goOn of ready) goOn()
}
