import { LandlineError } from "./errors.ts"

/**
 * A place in a topic: after the entry `offset` of the log that was created at `epoch` (ms since 1970).
 * As text `EPOCH_OFFSET`, 16 digits each, so that cursors sort as strings. Opaque to clients; saved and
 * restored as one value. All zeros means the start of whatever log is there.
 */
export interface Cursor {
  readonly epoch: number
  readonly offset: number
}

export const START: Cursor = { epoch: 0, offset: 0 }

const FORM = /^(\d{16})_(\d{16})$/

export function formatCursor(cursor: Cursor): string {
  return `${String(cursor.epoch).padStart(16, "0")}_${String(cursor.offset).padStart(16, "0")}`
}

/** @throws LandlineError bad_cursor for anything that is not of the form. */
export function parseCursor(text: string): Cursor {
  const [, epoch, offset] = FORM.exec(text) ?? []
  if (epoch === undefined || offset === undefined) throw new LandlineError("bad_cursor")
  const cursor = { epoch: Number(epoch), offset: Number(offset) }
  if (!Number.isSafeInteger(cursor.epoch) || !Number.isSafeInteger(cursor.offset))
    throw new LandlineError("bad_cursor")
  return cursor
}
