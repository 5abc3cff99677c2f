import { concat } from "./bytes.ts"
import { changedTo } from "./changed-protocol.ts"
import { labLimits } from "./lab-limits.ts"
import { isChat, otherProtocol } from "./other-protocol.ts"
import { encodeJava, encodeStruct, readJava, readStruct, STRUCT_BYTES } from "./sum-binary.ts"
import { encodeJson, readJson } from "./sum-json.ts"
import {
  MORE,
  refused,
  type Silence,
  type SumFault,
  type SumFormat,
  type SumMessage,
  type SumReading,
  type SumRole,
} from "./sum-message.ts"
import { encodeText, readText } from "./sum-text.ts"

/** The formats by their names on the command line. */
export const SUM_FORMATS = {
  json: { kind: "json", nameKey: "client_name", numberKey: "client_number", line: false },
  jsonline: { kind: "json", nameKey: "name", numberKey: "number", line: true },
  comma: { kind: "text", separator: ",", end: "" },
  colon: { kind: "text", separator: ":", end: "" },
  semicolon: { kind: "text", separator: ";", end: "" },
  pipe: { kind: "text", separator: "|", end: "" },
  lines: { kind: "lines", newline: "\n" },
  words: { kind: "text", separator: " ", end: "" },
  java: { kind: "java" },
  c260: { kind: "c260" },
} as const satisfies Record<string, SumFormat>

export type SumFormatName = keyof typeof SUM_FORMATS

/** Those whose number is an `int` of 32 bits. */
export const isBinary = ({ kind }: SumFormat): boolean => kind === "java" || kind === "c260"

const utf8 = new TextEncoder()

/** What a client sends. @param number of a binary format: -2147483648 to 2147483647 */
export const encodeRequest = (name: string, number: bigint, format: SumFormat): Uint8Array =>
  encode(name, number, format)

/** What a server answers, in the format of the request. @param sum for JSON, where there is room for it */
export function encodeReply(name: string, number: bigint, sum: bigint, format: SumFormat): Uint8Array {
  if (format.kind !== "json") return encode(name, number, format)
  const [nameKey, numberKey] = [format.nameKey, format.numberKey].map((key) =>
    key.replace("client_", "server_"),
  )
  return utf8.encode(encodeJson({ [nameKey!]: name, [numberKey!]: number, sum }, format.line))
}

function encode(name: string, number: bigint, format: SumFormat): Uint8Array {
  switch (format.kind) {
    case "json":
      return utf8.encode(encodeJson({ [format.nameKey]: name, [format.numberKey]: number }, format.line))
    case "text":
      return utf8.encode(encodeText(name, number, format.separator, format.end))
    case "lines":
      return utf8.encode(encodeText(name, number, format.newline, format.newline))
    case "java":
      return encodeJava(name, number)
    case "c260":
      return encodeStruct(name, number)
  }
}

/** What the decoder knows of a peer, for a diagnosis. */
export interface SumEvidence {
  /** Place in the stream where the message begins that is not decoded. */
  readonly from: number
  /** What came of it. */
  readonly rest: Uint8Array
}

/** Bytes in, messages out, in whichever format each is, whatever the cuts. */
export class SumDecoder {
  /** Says why nothing is decoded any more; bytes are only collected as evidence then. */
  fault: SumFault | undefined
  readonly #role: SumRole
  #rest: Uint8Array = new Uint8Array()
  #from = 0

  constructor(role: SumRole) {
    this.#role = role
  }

  /** True between messages: none has begun. */
  get idle(): boolean {
    return this.#rest.every(isBlank)
  }

  push(chunk: Uint8Array): void {
    if (this.fault && this.#rest.length >= labLimits.trailBytesMax) return
    this.#rest = concat([this.#rest, chunk])
  }

  /** The next message, or undefined. @param silence what followed all that was pushed */
  next(silence: Silence = "none"): SumMessage | undefined {
    if (this.fault) return undefined
    const { sumMessageBytesMax } = labLimits
    const reading = this.#read(this.#rest.subarray(0, sumMessageBytesMax + 1), silence)
    if (reading.state === "refused") this.fault = reading.fault
    else if (reading.state === "message" && reading.bytes <= sumMessageBytesMax) {
      this.#rest = this.#rest.subarray(reading.bytes)
      this.#from += reading.bytes
      return reading.message
    } else if (this.#rest.length > sumMessageBytesMax)
      this.fault = { kind: "too_long", at: sumMessageBytesMax }
    return undefined
  }

  evidence(): SumEvidence {
    return { from: this.#from, rest: this.#rest }
  }

  #read(bytes: Uint8Array, silence: Silence): SumReading {
    const [first] = bytes
    if (first === undefined) return MORE
    if (this.#from === 0 ? isElsewhere(bytes, this.#role) : isChanged(bytes)) return refused("elsewhere", 0)
    if (first <= JAVA_FIRST_MAX) return readJava(bytes, silence)
    if (first < 0x20 && !isBlank(first)) return silence === "none" ? MORE : refused("garbage", 0)
    const start = bytes.findIndex((byte) => !isBlank(byte))
    if (bytes[start] === 0x7b) return readJson(bytes, start, this.#role, silence)
    // No text holds a NUL, and within a struct at least the number does.
    return bytes.subarray(0, STRUCT_BYTES).includes(0) ? readStruct(bytes, silence) : readText(bytes, silence)
  }
}

const JAVA_FIRST_MAX = 8 // the high byte of a name's length; from 9 on text begins, with a tab or a newline

const HTTP_REPLY = utf8.encode("HTTP/")

const isBlank = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

/** After a message something else goes on; words that may be a name as well are read as one. */
function isChanged(bytes: Uint8Array): boolean {
  const to = changedTo(bytes)
  return to === "HTTP" || to === "TLS" || to === "SSH" || to === "chat"
}

/** What comes first shows another protocol; a frame of chat only once it is whole. */
function isElsewhere(bytes: Uint8Array, role: SumRole): boolean {
  const other = otherProtocol(bytes)
  if (other === "HTTP" || other === "TLS") return true
  if (role === "reply") return HTTP_REPLY.every((byte, at) => byte === bytes[at])
  // In an object or a struct such words are somebody's name.
  return (other === "file transfer" && bytes[0] !== 0x7b && !bytes.includes(0)) || isChat(bytes)
}
