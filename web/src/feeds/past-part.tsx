import { useMemo } from "react"
import type { FeedInfo } from "../../../src/client/main.ts"
import { to } from "../app/route.ts"
import { Empty, Failure, Loading } from "../ui/empty.tsx"
import { counted, fullTime } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { together } from "./charted.ts"
import { JumpForm } from "./jump-form.tsx"
import { MessagesTable } from "./messages-table.tsx"
import { offsetAt, readAround, readPast } from "./past.ts"
import { useRead } from "./use-read.ts"
import { ValueChart } from "./value-chart.tsx"

const AROUND_MS = 300_000
const LISTED_MAX = 100

/** What a feed said around a time: five minutes before and after it. */
export function PastPart({ info, at }: { info: FeedInfo; at: number }) {
  const { value, failure } = useRead(info, `${at}`, async (read) => {
    const [from, next] = [
      await offsetAt(read, info, at - AROUND_MS),
      await offsetAt(read, info, at + AROUND_MS),
    ]
    const past = await readPast(read, info, from, next - 1)
    const around = past.of > 0 ? await readAround(read, info, at, LISTED_MAX) : []
    return { past, listed: around.filter(({ offset }) => offset >= from && offset < next).toReversed() }
  })
  const span = useMemo(() => ({ from: at - AROUND_MS, to: at + AROUND_MS }), [at])
  const series = useMemo(() => value && together(undefined, value.past.charted), [value])
  const place = (time: number) => to("feeds", info.feed, { at: time })
  return (
    <>
      <div className="card">
        <div className="feeds-bar">
          <h2>{fullTime(at)}</h2>
          <JumpForm feed={info.feed} at={at} key={at} />
          <a className="button" href={to("feeds", info.feed)}>
            <Icon name="play" />
            Now
          </a>
        </div>
        <nav className="feeds-bar" aria-label="Time">
          <a className="button" href={place(at - 2 * AROUND_MS)}>
            10 min earlier
          </a>
          <a className="button" href={place(at + 2 * AROUND_MS)}>
            10 min later
          </a>
        </nav>
      </div>
      {failure !== undefined ? (
        <Failure say={failure} />
      ) : value === undefined || series === undefined ? (
        <Loading say="Looking for that time" />
      ) : value.past.of <= 0 ? (
        <Empty title="Nothing was said then">
          <p>
            No message that is kept is from five minutes before to five minutes after this time.
            {info.time > 0 && ` The newest is from ${fullTime(info.time)}.`}
          </p>
        </Empty>
      ) : (
        <>
          {series.fields.length > 0 && (
            <section className="card" aria-label="Over time">
              <ValueChart
                series={series}
                span={span}
                unit={info.unit}
                expectMs={info.expectMs}
                latest={value.listed[0]}
              />
            </section>
          )}
          <section className="card" aria-label="Messages then">
            <p className="note">
              {counted(value.past.of, "message")} in these ten minutes
              {value.past.of > value.past.messages &&
                `; ${value.past.messages.toLocaleString()} are drawn, from evenly spread places`}
              {value.listed.length < value.past.of &&
                `; the ${value.listed.length} around this time, newest first`}
            </p>
            <MessagesTable readings={value.listed} />
          </section>
        </>
      )}
    </>
  )
}
