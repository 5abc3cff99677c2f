import { diagnoseChange } from "./changed-protocol.ts"
import { type Diagnosis, decodeText, type LabPorts, shownBytes, textPrefix } from "./diagnosis.ts"
import { labLimits } from "./lab-limits.ts"
import { chatOrFile, otherProtocol, rightPort } from "./other-protocol.ts"

/** Hello of the lab: the server greets, the client greets back, and both close. A greeting is text without a frame. */
export const SERVER_GREETING = "Hello client!"
export const CLIENT_GREETING = "Hello Server!"

/** Who greets, and who reads it. */
export type Greeter = "server" | "client"

/** Why a greeting ended. @param timeoutMs of waiting; left out: by the end of the connection */
export interface GreetingEnd {
  readonly timeoutMs?: number | undefined
  readonly ports?: LabPorts | undefined
}

/** A greeting as it is printed, or what is wrong with it. */
export type Greeting = { readonly text: string } | { readonly fault: Diagnosis }

/** Reads all that a peer said before a pause, the end, or nothing in time. */
export function readGreeting(bytes: Uint8Array, greeter: Greeter, end: GreetingEnd): Greeting {
  if (bytes.length === 0) return { fault: silent(greeter, end) }
  const foreign = greeter === "client" ? elsewhere(bytes, end) : notHello(bytes)
  if (foreign) return { fault: foreign }
  const change = changed(bytes, greeter, end)
  if (change) return { fault: change }
  const most = labLimits.helloBytesMax
  if (bytes.length > most)
    return {
      fault: {
        case: "too-large",
        byte: most,
        expected: `a greeting of at most ${most} bytes`,
        got: `more, beginning with ${shownBytes(bytes)}`,
        mend: "Programs read it with one recv(2048).",
      },
    }
  const text = decodeText(bytes)
  if (text !== undefined) return { text: text.replace(/[\r\n\0]+$/, "") }
  const valid = textPrefix(bytes)
  return {
    fault: {
      case: "encoding",
      byte: valid,
      expected: "UTF-8",
      got: shownBytes(bytes.subarray(valid, valid + 4)),
      mend: 'Encode text before sending: text.encode("utf-8").',
    },
  }
}

function silent(greeter: Greeter, { timeoutMs }: GreetingEnd): Diagnosis {
  const mend =
    greeter === "client"
      ? `Greet back after reading the server's greeting: send "${CLIENT_GREETING}".encode().`
      : "A hello server speaks first. Does this one wait for its client? Then it is no hello server."
  return {
    case: "silent",
    byte: 0,
    expected: "a greeting",
    got: timeoutMs === undefined ? "the end of the connection" : `nothing for ${timeoutMs / 1000} s`,
    mend,
  }
}

function elsewhere(bytes: Uint8Array, { ports = {} }: GreetingEnd): Diagnosis | undefined {
  const header = bytes.subarray(0, 10)
  const chat = header.length === 10 && header.includes(0x20) && chatOrFile(bytes) === "chat"
  const other = chat ? "chat" : otherProtocol(bytes)
  if (other === undefined) return undefined
  const mend = `This port says hello. ${rightPort(other, ports)}`
  return { case: "wrong-port", byte: 0, expected: "a greeting", got: `${other}: ${shownBytes(bytes)}`, mend }
}

/** Behind a greeting something else goes on. */
function changed(bytes: Uint8Array, greeter: Greeter, { ports }: GreetingEnd): Diagnosis | undefined {
  const greeting = greeter === "client" ? CLIENT_GREETING : SERVER_GREETING
  const begun = new RegExp(`^${greeting}[\\r\\n\\0]*`, "i").exec(new TextDecoder("latin1").decode(bytes))
  if (!begun) return undefined
  const at = begun[0].length
  const where = greeter === "client" ? (ports ?? {}) : undefined
  const change = { as: "hello", expected: "the end of the greeting", ports: where }
  return diagnoseChange(change, at, bytes.subarray(at))
}

/** Servers that speak first, or that have ended what they take for a mistake. */
function notHello(bytes: Uint8Array): Diagnosis | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 8))
  const what = /^HTTP\/1/.test(head)
    ? "HTTP"
    : /^SSH-/.test(head)
      ? "SSH"
      : /^[\x15\x16]\x03/.test(head)
        ? "TLS"
        : undefined
  if (what === undefined) return undefined
  return {
    byte: 0,
    expected: "a greeting",
    got: `${what}: ${shownBytes(bytes)}`,
    mend: "Is that the right port?",
  }
}
