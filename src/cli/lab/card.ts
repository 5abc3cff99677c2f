import { styleText } from "node:util"
import { LAB_SERVICES, type LabServiceName } from "../../protocol/lab/records.ts"
import { starter, starterLines } from "../../protocol/lab/starters.ts"
import { printableLine } from "../../protocol/text.ts"
import { wrap } from "../width.ts"

/** What a class has to know of a hub. */
export interface Card {
  readonly name: string
  /** Of the hub, `http://192.168.1.20:7300` each, the one to use first. */
  readonly addresses: readonly string[]
  /** Where its services are reached. */
  readonly host: string
  readonly services: readonly { readonly service: LabServiceName; readonly port: number }[]
  readonly room: string
}

/**
 * A card to project: where the lab is, and how to begin with each of its services.
 * @param columns of the terminal; left out in a pipe, where no line is broken
 */
export function cardLines(card: Card, columns?: number, colours = false): string[] {
  const { name, addresses, host, services, room } = card
  const bold = (text: string) => (colours ? styleText("bold", text, { validateStream: false }) : text)
  const rule = "=".repeat(Math.min(columns ?? 80, 80))
  const hub = addresses[0]!.replace("http://", "")
  const order = [...services].sort(
    (one, other) => LAB_SERVICES.indexOf(one.service) - LAB_SERVICES.indexOf(other.service),
  )
  const begins = order.flatMap(({ service, port }) => {
    const first = starter(service, host, port)
    return [
      "",
      bold(`  ${service.padEnd(5)}  port ${String(port).padEnd(5)}  ${first.about}`),
      ...starterLines(first, columns),
    ]
  })
  const about = [
    ["hub", addresses.join("  ")],
    ["room", `${room}    ${addresses[0]}/#/rooms/${encodeURIComponent(room)}`],
    ["traces", `npx landline lab trace --hub ${hub}`],
    ["table", `npx landline lab table --hub ${hub}`],
  ].flatMap(([label, text]) => paragraph(label!, text!, columns))
  const title = wrap(printableLine(name), (columns ?? 80) - 2).map((line) => bold(`  ${line}`))
  return [rule, ...title, "", ...about, rule, ...begins, "", rule]
}

const LABEL_COLUMNS = 10

function paragraph(label: string, text: string, columns = Number.POSITIVE_INFINITY): string[] {
  return wrap(text, columns - LABEL_COLUMNS).map(
    (line, index) => `  ${(index === 0 ? label : "").padEnd(LABEL_COLUMNS - 2)}${line}`,
  )
}
