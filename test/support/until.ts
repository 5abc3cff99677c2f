import assert from "node:assert/strict"

const PATIENCE_MS = 30_000

/** Asks again and again until it is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (!(await isSo())) assert.ok(Date.now() < end, "it did not happen in half a minute")
}
