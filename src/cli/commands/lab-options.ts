import { InvalidArgumentError, Option } from "commander"
import type { Delivery } from "../../hub/lab-service.ts"

/** Values of flags that the lab's services share. */

export interface Address {
  readonly host: string
  readonly port: number
}

/** `HOST:PORT`, `[::1]:PORT`, `HOST` or `:PORT`; what is left out is `localhost` and the port given here. */
export function address(portDefault: number): (text: string) => Address {
  return (text) => {
    const [, host, port] = /^(\[[^\]]+\]|[^:]*)(?::(\d+))?$/.exec(text) ?? []
    if (host === undefined)
      throw new InvalidArgumentError(`It is HOST:PORT, such as localhost:${portDefault}.`)
    return {
      host: host.replace(/^\[|\]$/g, "") || "localhost",
      port: port === undefined ? portDefault : portNumber(port),
    }
  }
}

/** 0 to 65535. */
export function portNumber(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError("A port is a number from 0 to 65535.")
  return Number(text)
}

/** Seconds, as ms. */
export function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 86_400)) throw new InvalidArgumentError("It is a number of seconds above 0.")
  return value * 1_000
}

/** Milliseconds, 0 among them. */
export function milliseconds(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 60_000)
    throw new InvalidArgumentError("It is a whole number of milliseconds, at most 60000.")
  return value
}

/** A number of bytes. */
export function byteCount(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError("It is a whole number of bytes.")
  return value
}

/** A whole number from 1 to a limit. */
export function countUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < 1 || value > most)
      throw new InvalidArgumentError(`It is a whole number from 1 to ${most}.`)
    return value
  }
}

/** What stands between two parts of a header: any text but none. */
export function separator(text: string): string {
  if (text === "") throw new InvalidArgumentError("It must not be empty.")
  return text
}

/** Resolves at Ctrl-C or SIGTERM; a second one ends the program the hard way. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve())
  })
}

const DELIVERIES: readonly Delivery[] = ["normal", "bytes", "glued", "slow", "late"]

/** `--deliver`, of each `serve`. */
export const delivery = () =>
  new Option("--deliver <how>", "how answers go out, in ways that TCP allows")
    .choices(DELIVERIES)
    .default("normal")

/** What `serve` reads from `--deliver`. */
export interface DeliverOption {
  readonly deliver: Delivery
}
