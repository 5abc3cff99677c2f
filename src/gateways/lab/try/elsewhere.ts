import { LandlineError } from "../../../protocol/errors.ts"
import { Attempt } from "./attempt.ts"

/** A server that is none of the kind that is tried, as it is named to a person. */
type Kind = "ping" | "sum" | "hello" | "feed" | "chat" | "HTTP" | "TLS" | "SSH" | "mail or FTP"

const LAB: readonly string[] = ["ping", "sum", "hello", "feed", "chat"]
const PROBE_MS = 500 // servers that are asked in their own words answer at once

const SHAPES: readonly (readonly [RegExp, Kind])[] = [
  [/^HTTP\/\d\S* (?:101|426) /, "feed"],
  [/^HTTP\/\d/, "HTTP"],
  [/^[\x15\x16]\x03[\x00-\x04]/, "TLS"],
  [/^SSH-/, "SSH"],
  [/^220[ -]/, "mail or FTP"],
  [/^hello client!/i, "hello"],
  [/^\s*\{\s*"server_(?:name|number)"/, "sum"],
  [/^(?:PONG|Hello there!)/i, "ping"],
  [/^(?:Msg received|\d{1,9} {1,9}\S)/, "chat"],
]

/** What a server shows itself to be by what it sends; undefined for nothing that is known. */
export function recognised(bytes: Uint8Array): Kind | undefined {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 200))
  return SHAPES.find(([shape]) => shape.test(text))?.[1]
}

/** What servers that wait for their client answer to. */
const PROBES: readonly (readonly [Kind, string])[] = [
  ["HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
  ["ping", "PING"],
  ["sum", '{"client_name": "Landline", "client_number": 25}'],
]

export interface Place {
  readonly host: string
  readonly port: number
  /** What is tried there. */
  readonly service: string
}

/**
 * Says in one sentence that a server is of another kind.
 * @param got what it sent in the first case; where that is nothing, it is asked in the words of the others
 */
export async function elsewhere(got: Uint8Array, place: Place): Promise<string | undefined> {
  const { host, port, service } = place
  const kind = got.length > 0 ? recognised(got) : await asked(place)
  if (kind === undefined || kind === service) return undefined
  const server = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
  if (LAB.includes(kind))
    return `${server} is a ${kind} server, and no ${service} server: try it with landline lab ${kind} try ${server}.`
  return `${server} speaks ${kind}: it is no ${service} server. Is the port right?`
}

async function asked(place: Place): Promise<Kind | undefined> {
  try {
    for (const [kind, words] of PROBES) {
      if (kind === place.service) continue
      using attempt = await open(place)
      attempt.send(words)
      await attempt.untilBytes(1, PROBE_MS)
      const shown = recognised(attempt.got)
      if (shown) return shown
    }
    return (await isChat(place)) ? "chat" : undefined
  } catch (error) {
    if (error instanceof LandlineError) return undefined // it took no more of this
    throw error
  }
}

/** A chat server tells one client what another says. */
async function isChat(place: Place): Promise<boolean> {
  const frame = (text: string) => `${String(text.length).padEnd(10)}${text}`
  using hears = await open(place)
  using says = await open(place)
  hears.send(frame("landline 1"))
  says.send(frame("landline 2"))
  await says.quiet(PROBE_MS / 2)
  says.send(frame("hello"))
  await hears.untilBytes(1, PROBE_MS)
  return recognised(hears.got) === "chat"
}

const open = ({ host, port }: Place) => Attempt.open(host, port, PROBE_MS)
