import type { FileInfo } from "../../../src/protocol/files.ts"

/** How many files are asked for at once. */
export const PAGE_FILES = 100

/**
 * Files as known, newest first, brought up to date by the first page as it is now. What the page reaches over is as
 * the page says; what is older stays as it was read.
 */
export function upToDate(known: readonly FileInfo[], page: readonly FileInfo[]): readonly FileInfo[] {
  const last = page.at(-1)
  if (last === undefined || page.length < PAGE_FILES) return page // it is the whole list
  const place = known.findIndex(({ id }) => id === last.id)
  // Where so much is new that page and list do not meet, what lies between is not known.
  return place < 0 ? page : [...page, ...known.slice(place + 1)]
}
