import { isIPv6 } from "node:net"
import type { Transport } from "../../client/line/run.ts"
import { LandlineError } from "../../protocol/errors.ts"

/** Where the hub was thought to be. */
export interface Place {
  readonly host: string
  readonly port: number
  readonly transport?: Transport
}

export const placeText = ({ host, port }: Place): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`

const OTHER = "or name another hub with --hub"

/** @param say one sentence, without the full stop */
function noHub(place: Place, say: string): LandlineError {
  return new LandlineError("no_hub", { host: place.host, port: place.port }, `${say}.`)
}

/** Nothing came of the attempt to reach a hub: why, in one sentence. */
export function unreachable(error: NodeJS.ErrnoException, place: Place): LandlineError {
  if (error instanceof LandlineError) return error
  const at = placeText(place)
  const { host } = place
  switch (error.code) {
    case "ENOTFOUND":
    case "ENODATA":
      return noHub(place, `No address is known for the name ${host}: check how it is written, ${OTHER}`)
    case "EAI_AGAIN":
      return noHub(place, `The name ${host} could not be looked up: the name server does not answer`)
    case "ECONNREFUSED":
      // Only UDP was asked: a hub may be there that could not take this port, or another program over TCP.
      if (place.transport === "udp")
        return noHub(
          place,
          `Nothing takes UDP at ${at}, though the machine answers: start a hub there with \`landline serve\`, measure over --tcp, ${OTHER}`,
        )
      return noHub(
        place,
        `Nothing listens at ${at}, though the machine answers: start a hub there with \`landline serve\`, ${OTHER}`,
      )
    case "ETIMEDOUT":
      return noHub(
        place,
        `Nothing at ${at} answered in time, as if the machine were off or a firewall dropped what is sent there: look there, ${OTHER}`,
      )
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return noHub(place, `There is no way from this machine to ${at}: check the network, ${OTHER}`)
    case "EMSGSIZE":
      return noHub(place, `This machine does not send datagrams that large to ${at}: choose a smaller --size`)
    case "ECONNRESET":
    case "EPIPE":
      return closed(place)
    default:
      return noHub(
        place,
        `There is no way to ${at} (${error.code ?? error.message}): check the address, ${OTHER}`,
      )
  }
}

/** @param said what answered instead of a hub */
export function notAHub(place: Place, said: string): LandlineError {
  return noHub(
    place,
    `What listens at ${placeText(place)} ${said}: it is no Landline hub that answers probes`,
  )
}

export const closed = (place: Place): LandlineError => notAHub(place, "closed the connection at once")
export const silent = (place: Place): LandlineError => notAHub(place, "takes connections but says nothing")

/** What answered an HTTP Upgrade, by its first bytes. */
export function strangeAnswer(place: Place, answer: Uint8Array): LandlineError {
  const text = Buffer.from(answer).toString("latin1")
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)
  if (status) return notAHub(place, `answered with HTTP status ${status[1]}`)
  const isTls = (answer[0] === 0x15 || answer[0] === 0x16) && answer[1] === 3 // RFC 8446 section 5.1
  return notAHub(place, isTls ? "speaks TLS" : "answered with something else than HTTP")
}
