import { ERRORS } from "../../protocol/errors.ts"
import { printableLine } from "../../protocol/text.ts"

/** What listens, by what it answered to `GET /hello`. */
export type Answer =
  | { readonly is: "hub"; readonly hub: HubName; readonly time: number; readonly seenAs: string }
  /** A hub that does not want us. */
  | { readonly is: "refusal"; readonly said: string }
  | { readonly is: "http"; readonly said: string }
  | { readonly is: "tls" }
  | { readonly is: "text"; readonly said: string }
  | { readonly is: "bytes" }
  | { readonly is: "silence" | "closed" }

export interface HubName {
  readonly name: string
  readonly version: string
}

const SAID_MAX = 60
const NO_TEXT = /[^\t\r\n\x20-\x7e\u00a0-\uffff]|\ufffd/
// RFC 8446 section 5.1: a record is its type (20 to 23), then a version that begins with 3.
const isTls = (bytes: Uint8Array): boolean => bytes[0]! >= 20 && bytes[0]! <= 23 && bytes[1] === 3

/**
 * Tells what listens from what it answered.
 * @param bytes all that came
 * @param ended whether it closed the connection by itself; else it was given up
 */
export function readAnswer(bytes: Uint8Array, ended: boolean): Answer {
  if (bytes.length === 0) return { is: ended ? "closed" : "silence" }
  if (isTls(bytes)) return { is: "tls" }
  const text = new TextDecoder().decode(bytes)
  const [, status, words = ""] = /^HTTP\/1\.\d (\d{3})(?: ([^\r\n]*))?\r?\n/.exec(text) ?? []
  if (status === undefined)
    return NO_TEXT.test(text) ? { is: "bytes" } : { is: "text", said: firstLine(text) }
  const body = text.slice(text.search(/\r?\n\r?\n/))
  if (status === "400" && /https/i.test(body)) return { is: "tls" } // as web servers say on their https port
  return readBody(body) ?? { is: "http", said: firstLine(`${status} ${words}`) }
}

function readBody(body: string): Answer | undefined {
  try {
    // Between the braces, since a proxy may send it in chunks.
    const { hub, time, address, error } = JSON.parse(body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1))
    if (typeof hub?.name === "string" && typeof hub.version === "string" && typeof time === "number")
      return {
        is: "hub",
        hub: { name: hub.name, version: hub.version },
        time,
        seenAs: typeof address === "string" ? address : "",
      }
    // A hub always says hello, so what finds nothing there is none, or not at that path.
    if (Object.hasOwn(ERRORS, error?.code) && error.code !== "not_found")
      return { is: "refusal", said: String(error.message) }
  } catch {
    // no JSON: no hub
  }
  return undefined
}

const firstLine = (text: string): string =>
  printableLine(text.trim().split(/\r?\n/)[0]!.trim().slice(0, SAID_MAX))
