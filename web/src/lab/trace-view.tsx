import { useEffect, useState } from "react"
import type { Side, TraceAnswer, TraceSummary } from "../../../src/protocol/lab/records.ts"
import { printableLine } from "../../../src/protocol/text.ts"
import { useHub } from "../hub/hub.tsx"
import { usePolled } from "../hub/polled.ts"
import { Empty, Failure, Loading } from "../ui/empty.tsx"
import { clockSeconds, counted, fullTime } from "../ui/format.ts"
import { Untrusted } from "../ui/untrusted.tsx"
import { serviceText } from "./connections.tsx"
import { HexView, type PartRef } from "./hex-view.tsx"
import { PartsList } from "./parts-list.tsx"
import { placeText } from "./trace-rows.ts"
import "./trace.css"

const EVERY_MS = 30_000

/** One connection. @param summary of the list, which tells when there is more of it */
export function TraceView({ id, summary }: { id: number; summary: TraceSummary | undefined }) {
  const { http } = useHub()
  const { value, error, refresh } = usePolled(
    () => http.json<TraceAnswer>(`/lab/traces/${id}`),
    EVERY_MS,
    String(id),
  )
  const news = summary && [summary.bytes, summary.closed, summary.diagnoses.length, summary.service]
  const known = JSON.stringify(news)
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when there is more of it
  useEffect(refresh, [known])
  if (error?.code === "not_found")
    return (
      <Empty title="This connection is not kept any more">
        <p>The hub keeps the last 200, and none when it is started again. Connect once more.</p>
      </Empty>
    )
  if (value === undefined) return error ? <Failure say={error.message} onRetry={refresh} /> : <Loading />
  return <Shown trace={value} key={id} />
}

function Shown({ trace }: { trace: TraceAnswer }) {
  const [shown, setShown] = useState<PartRef>()
  const [goTo, setGoTo] = useState<{ from: Side; place: number }>()
  const part = shown && trace.parts[shown.from][shown.part]
  const [first] = [...trace.diagnoses].sort((a, b) => a.byte - b.byte)
  const choose = (chosen: PartRef) => {
    setShown(chosen)
    setGoTo({ from: chosen.from, place: trace.parts[chosen.from][chosen.part]!.at })
  }
  return (
    <article className="lab-trace" aria-label={`Connection ${trace.id}`}>
      <Head trace={trace} />
      {first && (
        <div className="lab-diagnosis" role="status">
          <p>
            <strong>
              Byte {first.byte}: expected {printableLine(first.expected)}, got {printableLine(first.got)}.
            </strong>
          </p>
          <p>{printableLine(first.mend)}</p>
          <p className="lab-diagnosis-foot">
            <button
              type="button"
              className="button small"
              onClick={() => setGoTo({ from: "client", place: first.byte })}
            >
              Show the byte
            </button>
            {trace.diagnoses.length > 1 && (
              <span className="small">
                {counted(trace.diagnoses.length - 1, "more diagnosis", "more diagnoses")} below, each under
                its byte
              </span>
            )}
          </p>
        </div>
      )}
      {trace.pieces.length === 0 ? (
        <p className="soft">Connected, and not a byte yet from either side. {waiting(trace)}</p>
      ) : (
        <>
          <p className="lab-shown small" aria-hidden="true">
            {part && shown ? (
              <>
                {shown.from === "client" ? "program" : "hub"} {placeText(part)}:{" "}
                <bdi>{printableLine(part.say)}</bdi>
              </>
            ) : (
              <span className="soft">Point at bytes, or choose a part below, to see what they are.</span>
            )}
          </p>
          <HexView trace={trace} shown={shown} goTo={goTo} onPart={setShown} />
          <PartsList trace={trace} shown={shown} onChoose={choose} />
        </>
      )}
    </article>
  )
}

/** Who is to speak first: what a silent program may be waiting for. */
function waiting({ service }: TraceAnswer): string {
  if (service === "hello") return "The hub greets first."
  return "The program speaks first here: if it waits for the hub, both wait."
}

function Head({ trace }: { trace: TraceAnswer }) {
  const { service, transport, peer, name, opened, closed, bytes } = trace
  const [going, gone] = transport === "udp" ? ["going on", "datagrams for"] : ["still open", "open for"]
  const span = closed === undefined ? going : `${gone} ${((closed - opened) / 1_000).toFixed(3)} s`
  return (
    <header className="lab-trace-head">
      <h2>
        {service ? serviceText(trace) : "no service yet"}{" "}
        <Untrusted text={name === undefined ? peer : `${name}, ${peer}`} />
      </h2>
      <p className="soft small">
        <time title={fullTime(opened)}>{clockSeconds(opened)}</time>, {span}. The program sent{" "}
        {counted(bytes.client, "byte")}, the hub {counted(bytes.server, "byte")}.
      </p>
    </header>
  )
}
