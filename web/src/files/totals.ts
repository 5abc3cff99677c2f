import { bytesText, counted } from "../ui/format.ts"
import { timeLeft } from "./rate.ts"
import type { Standing } from "./standing.ts"

/** All transfers together. */
export interface Totals {
  readonly sent: number
  readonly bytes: number
  readonly underWay: number
  readonly paused: number
  readonly failed: number
  readonly done: number
  /** Bytes a second of all together; undefined while it is not known. */
  readonly rate: number | undefined
  /** All that are under way wait, for the line or the hub's disk. */
  readonly waits: boolean
}

export function totalsOf(transfers: readonly Standing[]): Totals {
  // What stands still by somebody's will would make the time left a lie.
  const moving = transfers.filter(({ state }) => state !== "paused" && state !== "failed")
  const summed = moving.some(({ state }) => state !== "done") ? moving : transfers
  const count = (...states: Standing["state"][]) =>
    transfers.filter(({ state }) => states.includes(state)).length
  const sum = (of: (transfer: Standing) => number) =>
    summed.reduce((total, transfer) => total + of(transfer), 0)
  const rates = transfers.flatMap(({ rate }) => rate ?? [])
  const underWay = count("queued", "sending", "checking", "waiting")
  return {
    sent: sum(({ sent }) => sent),
    bytes: sum(({ bytes }) => bytes),
    underWay,
    paused: count("paused"),
    failed: count("failed"),
    done: count("done"),
    rate: rates.length > 0 ? rates.reduce((total, rate) => total + rate, 0) : undefined,
    waits: count("waiting") > 0 && count("sending", "checking") === 0,
  }
}

/** What is going on, in a few words that change seldom: it is read out. */
export function headline({ underWay, paused, failed, done, waits }: Totals, left: number): string {
  if (underWay > 0) return waits ? "Waiting to go on" : `Sending ${counted(underWay, "file")}`
  if (failed > 0) return `${counted(failed, "file")} could not be sent`
  if (paused > 0) return `${counted(paused, "upload")} paused`
  if (done > 0) return `${counted(done, "file")} sent, verified`
  return `${counted(left, "upload")} not finished`
}

/** `12 MB of 40 MB · 3.1 MB/s · 9 s left` */
export function paceText({ sent, bytes, rate }: Pick<Totals, "sent" | "bytes" | "rate">): string {
  const amounts = `${bytesText(sent)} of ${bytesText(bytes)}`
  const left = timeLeft(bytes - sent, rate)
  return [amounts, ...(left !== undefined ? [`${bytesText(rate!)}/s`, left] : [])].join(" · ")
}
