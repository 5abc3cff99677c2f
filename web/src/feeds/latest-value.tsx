import { printable } from "../../../src/protocol/text.ts"
import { fullTime } from "../ui/format.ts"
import { Untrusted } from "../ui/untrusted.tsx"
import { ageText } from "./age.ts"
import { bytesWords, cellText, clipped } from "./fields.ts"
import { isRecord, type Reading } from "./reading.ts"

const SHOWN_MAX = 4_000
const HEX_MAX = 256
/** A record with more fields is shown as it was written. */
const FIELDS_MAX = 12
const NAME_MAX = 40
const FIELD_MAX = 120

/** The newest message, large where it is short, with its unit and its age. */
export function LatestValue({
  reading,
  unit,
  now,
  isOffline,
}: {
  reading: Reading
  unit: string
  now: number
  isOffline: boolean
}) {
  const { time, author } = reading
  return (
    <div className="feeds-latest">
      <Value reading={reading} unit={unit} />
      <p className="note">
        <time title={fullTime(time)}>{ageText(now - time)}</time>, from <Untrusted text={author} />
        {isOffline && "; the line is down, and there may be newer ones"}
      </p>
    </div>
  )
}

function Value({ reading: { text, isBytes, value }, unit }: { reading: Reading; unit: string }) {
  if (isRecord(value) && Object.keys(value).length <= FIELDS_MAX) return <Fields record={value} />
  const shown = isBytes ? bytesWords(text, HEX_MAX) : clipped(text, SHOWN_MAX)
  const size = shown.length <= 16 ? "large" : shown.length <= 48 ? "middle" : "small"
  return (
    <section
      className="feeds-value"
      data-size={size}
      aria-label="Latest value"
      tabIndex={size === "small" ? 0 : undefined}
    >
      <bdi>{printable(shown)}</bdi>
      {unit !== "" && (
        <span className="feeds-unit">
          {" "}
          <Untrusted text={unit} />
        </span>
      )}
    </section>
  )
}

/** A small record, a field beside the other. */
function Fields({ record }: { record: Record<string, unknown> }) {
  return (
    <section aria-label="Latest value">
      <dl className="feeds-fields">
        {Object.entries(record).map(([name, value]) => (
          <div key={name}>
            <dt className="small soft">
              <Untrusted text={clipped(name, NAME_MAX)} />
            </dt>
            <dd className="number">
              <Untrusted text={clipped(cellText(value), FIELD_MAX)} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
