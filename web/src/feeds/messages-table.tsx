import { printable } from "../../../src/protocol/text.ts"
import { fullTime } from "../ui/format.ts"
import { Untrusted } from "../ui/untrusted.tsx"
import { bytesWords, cellText, clipped, columnsOf } from "./fields.ts"
import { isRecord, type Reading } from "./reading.ts"

const CELL_MAX = 160
const TEXT_MAX = 1_000
const HEX_MAX = 32
const STAMP = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
})

/** Messages one below the other, as they are given: records with a column for each of their fields. */
export function MessagesTable({ readings }: { readings: readonly Reading[] }) {
  const columns = columnsOf(readings)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="table-scroll feeds-messages-scroll" aria-label="Messages" tabIndex={0}>
      <table className="feeds-messages">
        <thead>
          <tr>
            <th scope="col">Time</th>
            {columns.length === 0 ? (
              <th scope="col">Message</th>
            ) : (
              columns.map((column) => (
                <th scope="col" key={column}>
                  <Untrusted text={clipped(column, 40)} />
                </th>
              ))
            )}
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {readings.map((reading) => (
            <tr key={reading.offset}>
              <td className="number feeds-time">
                <time title={fullTime(reading.time)}>{STAMP.format(reading.time)}</time>
              </td>
              <Cells reading={reading} columns={columns} />
              <td className="feeds-author">
                <Untrusted text={reading.author} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Cells({ reading, columns }: { reading: Reading; columns: readonly string[] }) {
  const { value, text, isBytes } = reading
  if (columns.length > 0 && isRecord(value))
    return columns.map((column) => (
      <td key={column} className={typeof value[column] === "number" ? "number" : undefined}>
        <Untrusted text={clipped(Object.hasOwn(value, column) ? cellText(value[column]) : "", CELL_MAX)} />
      </td>
    ))
  const span = Math.max(1, columns.length)
  if (isBytes)
    return (
      <td colSpan={span}>
        <code>{bytesWords(text, HEX_MAX)}</code>
      </td>
    )
  return (
    <td colSpan={span} className="feeds-text">
      <bdi>{printable(clipped(text, TEXT_MAX))}</bdi>
    </td>
  )
}
