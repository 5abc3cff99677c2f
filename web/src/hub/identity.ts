import { keep, kept } from "./kept.ts"

/** Who speaks from this browser. */
export interface Identity {
  readonly name: string
  /** The device's secret: with it the hub knows the name again. It belongs to the browser, whoever sits before it. */
  readonly device: string
}

const SECRET_BYTES = 32

export function identity(): Identity | undefined {
  const name = kept<string | undefined>("name", undefined)
  return name === undefined ? undefined : { name, device: device() }
}

/** Takes a name for this browser. */
export function become(name: string): Identity {
  keep("name", name)
  return { name, device: device() }
}

/** "Not Ada?": the next visitor is asked for a name. The device stays the same, so that Ada can come back to it. */
export function leave(): void {
  keep("name", undefined)
}

/** Under what is kept that belongs to a person, and not to whoever comes after them at this browser. */
export const personal = (key: string): string => `${key} of ${kept("name", "")}`

function device(): string {
  const known = kept<string | undefined>("device", undefined)
  if (known !== undefined) return known
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES))
  const made = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  keep("device", made)
  return made
}
