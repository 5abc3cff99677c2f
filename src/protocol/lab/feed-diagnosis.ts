import { diagnoseChange } from "./changed-protocol.ts"
import { caseName, type Diagnosis, type LabPorts, shownBytes } from "./diagnosis.ts"
import type { FrameFault, FrameFaultKind } from "./feed-frames.ts"
import { WANTS } from "./feed-messages.ts"
import { labLimits } from "./lab-limits.ts"
import { chatOrFile, otherProtocol, rightPort } from "./other-protocol.ts"

/** What a program gets wrong about the feed's handshake, and the HTTP status that says so. */
export interface Refusal extends Diagnosis {
  readonly status: 400 | 426
}

/** A request, and the bytes that it came as. */
export interface Handshake {
  readonly method: string
  readonly path: string
  readonly headers: { readonly [name: string]: string | string[] | undefined }
  readonly head: Uint8Array
}

/** What keeps a request from being a WebSocket's (RFC 6455 4.2.1); undefined for nothing. */
export function diagnoseHandshake(request: Handshake, ports: LabPorts = {}): Refusal | undefined {
  const { method, path } = request
  const { upgrade, connection } = request.headers
  const library = "Connect to ws://HOST:PORT/ with a WebSocket library."
  if (method !== "GET")
    return {
      case: "handshake",
      status: 400,
      byte: 0,
      expected: "GET",
      got: shown(method),
      mend: `A handshake is a GET. ${library}`,
    }
  if (`${upgrade}`.toLowerCase() !== "websocket")
    return wrongHeader(
      request,
      "Upgrade",
      "websocket",
      `The feed is a WebSocket. ${library} ${rightPort("HTTP", without(ports))}`,
    )
  if (!/(?:^|,)\s*upgrade\s*(?:,|$)/i.test(`${connection}`))
    return wrongHeader(request, "Connection", "Upgrade", library)
  if (request.headers["sec-websocket-version"] !== "13")
    return wrongHeader(
      request,
      "Sec-WebSocket-Version",
      "13",
      "That is the version of RFC 6455, the only one in use.",
    )
  if (!/^[A-Za-z0-9+/]{22}==$/.test(`${request.headers["sec-websocket-key"]}`)) {
    const mend = "The key is new for each connection: base64.b64encode(os.urandom(16))."
    return wrongHeader(request, "Sec-WebSocket-Key", "16 bytes in base64", mend)
  }
  const want = new URLSearchParams(path.split("?")[1]).get("want")
  if (want === null || WANTS.some((known) => known === want)) return undefined
  return {
    case: "handshake",
    status: 400,
    byte: method.length + 1 + path.indexOf("want=") + "want=".length,
    expected: WANTS.join(", "),
    got: shown(want),
    mend: "Without ?want= comes what the server chooses.",
  }
}

function wrongHeader({ headers, head }: Handshake, name: string, value: string, mend: string): Refusal {
  const status = name === "Sec-WebSocket-Key" ? 400 : 426
  const got = headers[name.toLowerCase()]
  const text = new TextDecoder("latin1").decode(head)
  const line = new RegExp(`\r\n${name}:[ \t]*`, "i").exec(text)
  const end = text.indexOf("\r\n\r\n")
  return {
    case: "handshake",
    status,
    byte: line ? line.index + line[0].length : end === -1 ? head.length : end + 2,
    expected: `the header ${name}: ${value}`,
    got: got === undefined ? "none" : shown(`${got}`),
    mend,
  }
}

const shown = (text: string): string => shownBytes(new TextEncoder().encode(text))

/** The feed itself is on this port. */
const without = ({ feed: _, ...others }: LabPorts): LabPorts => others

/** First bytes that are no HTTP request. @param got in place of the bytes: why there are no more */
export function diagnoseStart(bytes: Uint8Array, ports: LabPorts = {}, got?: string): Diagnosis {
  const protocol = otherProtocol(bytes)
  const chat = bytes.length > 0 && chatOrFile(bytes) === "chat"
  const mend = chat
    ? rightPort("chat", ports)
    : protocol === "TLS"
      ? "Connect with ws://, not wss://."
      : protocol !== undefined && protocol !== "HTTP"
        ? rightPort(protocol, ports)
        : "The feed is a WebSocket, not a plain socket: connect to ws://HOST:PORT/ with a WebSocket library."
  const there = [...(got ? [got] : []), ...(bytes.length > 0 ? [shownBytes(bytes)] : [])].join(" after ")
  return {
    case: chat || (protocol !== undefined && protocol !== "HTTP") ? "wrong-port" : "handshake",
    byte: got ? bytes.length : 0,
    expected: `a WebSocket handshake, which ${protocol === "HTTP" ? "ends with an empty line" : "begins with GET"}`,
    got: protocol === "TLS" ? "TLS" : there,
    mend,
  }
}

/** What is to be said of a fault, and the status with which the connection ends (RFC 6455 7.4.1). */
const FAULTS: Record<
  FrameFaultKind,
  { readonly close: number; readonly expected: string; readonly mend: string }
> = {
  reserved_bits: {
    close: 1002,
    expected: "a frame header without reserved bits",
    mend: "No extension was agreed on, so the first byte is 0x81 for text; after the handshake everything goes in frames.",
  },
  opcode: {
    close: 1002,
    expected: "an opcode of RFC 6455",
    mend: "The low four bits of the first byte are 1 for text, 8 for close, 9 for ping, 10 for pong.",
  },
  unmasked: {
    close: 1002,
    expected: "a masked frame",
    mend: "What a client sends is masked: the highest bit of the second byte is set, four random bytes follow the length, and byte i of the text is combined with mask[i % 4] by XOR.",
  },
  control: {
    close: 1002,
    expected: "a control frame in one piece, of at most 125 bytes",
    mend: "Close, ping and pong cannot be longer.",
  },
  no_beginning: {
    close: 1002,
    expected: "the first frame of a message",
    mend: "Opcode 0 goes on with a message whose last frame had no FIN bit; there is none.",
  },
  begun_twice: {
    close: 1002,
    expected: "the next frame of the message",
    mend: "The message before was not ended: its last frame has the FIN bit, 0x80 of the first byte.",
  },
  too_long: {
    close: 1009,
    expected: `a message of at most ${labLimits.feedMessageBytesMax} bytes`,
    mend: "Lengths of 126 and 127 announce one of 2 or 8 bytes, big-endian.",
  },
  encoding: {
    close: 1007,
    expected: "UTF-8",
    mend: 'Encode text before sending: text.encode("utf-8").',
  },
}

export function diagnoseFrame(
  { kind, byte, bytes }: FrameFault,
  ports: LabPorts = {},
): Diagnosis & { readonly close: number } {
  const change =
    kind === "encoding"
      ? undefined
      : diagnoseChange({ as: "a WebSocket", expected: FAULTS[kind].expected, ports }, byte, bytes)
  if (change) return { ...change, close: FAULTS[kind].close }
  return { case: caseName(kind), byte, got: shownBytes(bytes), ...FAULTS[kind] }
}

export function diagnoseCutShort({
  byte,
  bytes,
}: {
  readonly byte: number
  readonly bytes: number
}): Diagnosis {
  return {
    case: "cut-short",
    byte,
    expected: `${bytes} more bytes of a message`,
    got: "the end of the connection",
    mend: "The length in the header counts the bytes of the text, not its characters. Nothing of it was taken.",
  }
}

export function diagnoseBinary(at: number, bytes: Uint8Array): Diagnosis {
  return {
    case: "binary",
    byte: at,
    expected: "a text frame",
    got: `a binary one with ${shownBytes(bytes)}`,
    mend: "Send a str, not bytes. It was left out.",
  }
}
