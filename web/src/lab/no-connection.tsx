import { hostOf, isLoopback } from "../hub/addresses.ts"
import type { LabServices } from "../hub/use-lab.ts"
import { CopyLine } from "../ui/copy-line.tsx"
import { Empty } from "../ui/empty.tsx"

/** A line that says whether a port can be reached at all. */
const reachLine = (host: string, port: number): string =>
  `python3 -c "import socket; socket.create_connection(('${host}', ${port}), 5); print('open')"`

/** What `GET /hello` says of both ends (PROTOCOL.md 12.1). */
export interface HelloAnswer {
  /** This browser's, as the hub sees it. */
  readonly address: string
  /** By which the hub is reached, `http://192.168.1.20:7300` each. */
  readonly addresses: readonly string[]
}

/** Nobody has connected from here yet: where to, and what may stand in the way. */
export function NoConnection({ lab, hello }: { lab: LabServices; hello: HelloAnswer | undefined }) {
  const host = hostOf(location.origin)
  const first = lab.services[0]!
  return (
    <Empty title="No connection from here yet">
      <p>
        Let your program connect to <code>{host}</code>
        {lab.services.length === 1 ? (
          <>
            , port <code>{first.port}</code>
          </>
        ) : (
          ", at the port of its service"
        )}
        {hello && (
          <>
            , from this computer (the hub sees it as <bdi>{hello.address}</bdi>)
          </>
        )}
        : its bytes appear here as they go.
        {isLoopback(host) && hello && ` ${elsewhere(hello)}`}
      </p>
      <CopyLine label="Can it be reached at all?" text={reachLine(host, first.port)} />
      <dl className="lab-reach">
        <dt>open</dt>
        <dd>The way is free: what is missing is your program's own connection.</dd>
        <dt>refused at once</dt>
        <dd>
          The computer is there, but nothing listens on that port: see whether the port is right, and whether
          the hub was started for the network (<code>landline serve --lan --lab</code>).
        </dd>
        <dt>silence, then a timeout</dt>
        <dd>
          So a firewall looks: it drops what is sent, on the hub's computer or on the way. So does an address
          that nobody has.
        </dd>
      </dl>
    </Empty>
  )
}

/** What programs of other computers take, where this one's address is of no use to them. */
function elsewhere({ addresses }: HelloAnswer): string {
  const [address] = addresses.map(hostOf).filter((host) => !isLoopback(host))
  return address === undefined
    ? "The hub listens on this computer alone: for others it is started with landline serve --lan --lab."
    : `Programs on other computers take ${address}.`
}
