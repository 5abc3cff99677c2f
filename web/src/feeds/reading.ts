import type { Entry } from "../../../src/client/main.ts"

/** A message of a feed as the page needs it: read once, when it comes. */
export interface Reading {
  readonly offset: number
  /** ms since 1970, by the hub's clock. */
  readonly time: number
  readonly author: string
  /** As it was published; of bytes, in base64. */
  readonly text: string
  readonly isBytes: boolean
  /** What its JSON says; of a text that is a number, that number; else undefined. */
  readonly value: unknown
}

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i

/** Reads a message, whatever it holds: what is no JSON and no number is text. */
export function readingOf({ offset, time, author, text, kind }: Omit<Entry, "file" | "ref">): Reading {
  const isBytes = kind === "bytes"
  return { offset, time, author, text, isBytes, value: isBytes ? undefined : saidBy(text) }
}

function saidBy(text: string): unknown {
  if (NUMBER.test(text)) return Number(text)
  if (!/^\s*[[{"tfn]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
