import { useState } from "react"
import type { TraceSummary } from "../../../src/protocol/lab/records.ts"
import { to, useRoute } from "../app/route.ts"
import { useHub, useLine } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { type LabServices, useLab } from "../hub/use-lab.ts"
import { CopyLine } from "../ui/copy-line.tsx"
import { Empty, Failure, Loading } from "../ui/empty.tsx"
import { Icon } from "../ui/icon.tsx"
import { Untrusted } from "../ui/untrusted.tsx"
import { addressOf, Connections } from "./connections.tsx"
import { type HelloAnswer, NoConnection } from "./no-connection.tsx"
import { Services } from "./services.tsx"
import { TableView } from "./table-view.tsx"
import { TraceView } from "./trace-view.tsx"
import "./lab.css"

const TRACES_EVERY_MS = 1_500
const ADDRESS_EVERY_MS = 60_000

/** Programs of the lab: what they sent, byte by byte, and which cases they pass. */
export default function LabScreen() {
  const { path, query } = useRoute()
  const lab = useLab()
  const table = path === "table"
  return (
    <section className="screen">
      <header className="screen-head">
        <h1>Lab</h1>
        {lab.services.length > 0 && (
          <nav className="lab-tabs" aria-label="Lab">
            <a href={to("lab")} aria-current={table ? undefined : "page"}>
              Connections
            </a>
            <a href={to("lab", "table")} aria-current={table ? "page" : undefined}>
              Table
            </a>
          </nav>
        )}
        {lab.room !== undefined && (
          <a className="push small" href={to("rooms", lab.room)}>
            Lab programs talk in the room <Untrusted text={lab.room} />
          </a>
        )}
      </header>
      <div className="screen-body">
        {!lab.known ? (
          <Loading />
        ) : lab.services.length === 0 ? (
          <Empty title="This hub runs no lab">
            <p>With one it serves six small socket protocols, and shows what programs send to them.</p>
            <CopyLine label="Whoever runs the hub starts it with" text="npx landline serve --lab" />
          </Empty>
        ) : table ? (
          <TableView project={query.has("project")} />
        ) : (
          <Programs lab={lab} id={/^\d{1,15}$/.test(path) ? Number(path) : undefined} />
        )}
      </div>
    </section>
  )
}

function Programs({ lab, id }: { lab: LabServices; id: number | undefined }) {
  const { http } = useHub()
  const { state } = useLine()
  const { value, error, refresh } = usePolled(
    () => http.json<{ traces: readonly TraceSummary[] }>("/lab/traces"),
    TRACES_EVERY_MS,
  )
  const hello = usePolled(() => http.json<HelloAnswer>("/hello"), ADDRESS_EVERY_MS).value
  const own = hello?.address
  const [all, setAll] = useState(false)
  if (value === undefined) return error ? <Failure say={error.message} onRetry={refresh} /> : <Loading />
  const { traces } = value
  const mine = traces.filter(({ peer }) => addressOf(peer) === own)
  const others = traces.length - mine.length
  const listed = all ? traces : mine
  // Without one that was chosen, the newest is shown: run a program, and see what it sent.
  const current = id ?? listed[0]?.id
  return (
    <div className="lab-programs" data-chosen={id !== undefined}>
      <aside className="lab-side">
        <div className="lab-side-head">
          <h2>Connections</h2>
          {state !== "live" && <span className="tag warn">as of before the line went down</span>}
        </div>
        {(others > 0 || all) && (
          <label className="lab-all small">
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
            also those of other computers ({others.toLocaleString()})
          </label>
        )}
        {listed.length === 0 ? (
          <p className="soft small">None from this computer yet.</p>
        ) : (
          <Connections traces={listed} own={own} current={current} />
        )}
        <h2>Services</h2>
        <Services services={lab.services} open={traces.length === 0 && lab.services.length === 1} />
      </aside>
      <div className="lab-main">
        {id !== undefined && (
          <p className="lab-back">
            <a className="button small" href={to("lab")}>
              <Icon name="back" />
              Back to the newest
            </a>
          </p>
        )}
        {current === undefined ? (
          <NoConnection lab={lab} hello={hello} />
        ) : (
          <TraceView key={current} id={current} summary={traces.find((trace) => trace.id === current)} />
        )}
      </div>
    </div>
  )
}
