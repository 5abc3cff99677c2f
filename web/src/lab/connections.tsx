import type { TraceSummary } from "../../../src/protocol/lab/records.ts"
import { to } from "../app/route.ts"
import { clockSeconds, counted } from "../ui/format.ts"
import { Untrusted } from "../ui/untrusted.tsx"

/** The address of a peer, without its port. */
export const addressOf = (peer: string): string => peer.replace(/:\d+$/, "").replace(/^\[|\]$/g, "")

/** `chat`, `ping UDP`; `?` while it is not known. */
export const serviceText = ({ service, transport }: Pick<TraceSummary, "service" | "transport">): string =>
  `${service ?? "?"}${transport === "udp" ? " UDP" : ""}`

/** Connections, the newest first. @param own this browser's address as the hub sees it */
export function Connections({
  traces,
  own,
  current,
}: {
  traces: readonly TraceSummary[]
  own: string | undefined
  current: number | undefined
}) {
  return (
    <ul className="lab-connections" aria-label="Connections">
      {traces.map(({ id, service, transport, peer, name, opened, closed, bytes, diagnoses }) => (
        <li key={id}>
          <a href={to("lab", String(id))} aria-current={id === current ? "true" : undefined}>
            <span className="lab-connection-head">
              <strong>{serviceText({ service, transport })}</strong>
              <Untrusted text={name ?? peer} />
              {addressOf(peer) === own && <span className="tag">yours</span>}
              {closed === undefined && <span className="tag good">open</span>}
            </span>
            <span className="soft small number">
              {clockSeconds(opened)}, {counted(bytes.client, "byte")} sent, {bytes.server.toLocaleString()}{" "}
              got
            </span>
            {diagnoses[0] && (
              <span className="tag bad">
                {diagnoses.length > 1
                  ? `${diagnoses.length} diagnoses, the first at byte ${diagnoses[0].byte}`
                  : `wrong at byte ${diagnoses[0].byte}`}
              </span>
            )}
          </a>
        </li>
      ))}
    </ul>
  )
}
