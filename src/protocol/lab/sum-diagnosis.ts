import { diagnoseChange } from "./changed-protocol.ts"
import { caseName, type Diagnosis, type LabPorts, shownBytes, textPrefix } from "./diagnosis.ts"
import { isChat, otherProtocol, rightPort } from "./other-protocol.ts"
import { STRUCT_BYTES, swapped } from "./sum-binary.ts"
import { isBinary, type SumEvidence } from "./sum-formats.ts"
import type { SumFault, SumMessage, SumRole } from "./sum-message.ts"

/**
 * What ended a peer's messages, beside a fault of one. `cut_short`: the connection ended inside one. `stalled`: one
 * has begun and nothing more came in time. `silent`: not even the first one began.
 */
export type SumSilence = "cut_short" | "stalled" | "silent"

export interface SumBounds {
  /** Of the messages that are read. */
  readonly role: SumRole
  readonly timeoutMs: number
  /** Of the other services, where there are some. */
  readonly ports?: LabPorts | undefined
}

/** Says what the peer got wrong, from the bytes of the message that it sent last. */
export function diagnoseSum(
  fault: SumFault | SumSilence,
  evidence: SumEvidence,
  bounds: SumBounds,
): Diagnosis {
  const { from, rest } = evidence
  const change = from > 0 ? diagnoseChange(begun(bounds), from, rest) : undefined
  if (change) return change
  if (typeof fault === "string")
    return {
      case: caseName(fault),
      byte: from + (fault === "silent" ? 0 : rest.length),
      ...unfinished(fault, rest, bounds),
    }
  const { at, bytes = rest.length - at } = fault
  return {
    case: CASES[fault.kind] ?? caseName(fault.kind),
    byte: from + at,
    ...wrong(fault, rest, rest.subarray(at, at + bytes), bounds),
  }
}

const begun = ({ role, ports }: SumBounds) => ({
  as: "sum",
  expected: role === "request" ? "another name and number, or the end" : "the end of the reply",
  ports: role === "request" ? (ports ?? {}) : undefined,
})

/** A number of a binary format whose bytes are in the wrong order, as far as one can tell. @param end behind it */
export function diagnoseOrder({ number, format }: SumMessage, end: number): Diagnosis | undefined {
  const meant = isBinary(format) ? swapped(number) : 0n
  if ((number >= 1n && number <= 100n) || meant < 1n || meant > 100n) return undefined
  return {
    case: "byte-order",
    byte: end - 4,
    expected: `${meant}, its high byte first`,
    got: `${number}, as the bytes stand`,
    mend: `Numbers go in network order: htonl(${meant}), or struct.pack(">i", ${meant}).`,
  }
}

type Said = Omit<Diagnosis, "byte" | "case">

/** What is the same mistake elsewhere. */
const CASES: { readonly [Kind in SumFault["kind"]]?: string } = {
  elsewhere: "wrong-port",
  characters: "non-ascii",
  too_long: "too-large",
}

function wrong({ kind, at }: SumFault, rest: Uint8Array, got: Uint8Array, bounds: SumBounds): Said {
  const { role } = bounds
  const keys = `"${role === "request" ? "client" : "server"}_name" and "${role === "request" ? "client" : "server"}_number"`
  const json = rest[rest.findIndex((byte) => byte > 0x20)] === 0x7b
  switch (kind) {
    case "elsewhere":
      return elsewhere(rest, bounds)
    case "not_json":
      return {
        expected: "an object in JSON",
        got: shownBytes(got),
        mend: "Send json.dumps(message).encode(): str(message) has single quotes, which JSON does not know.",
      }
    case "no_keys":
      return {
        expected: `the keys ${keys}`,
        got: shownBytes(got),
        mend: 'Also known are "name" and "number", and "message" and "integer". Letters must be exact.',
      }
    case "no_name":
      return {
        expected: json
          ? `a name as text, under the key ${keys.split(" ")[0]}`
          : "a name, and the number behind it",
        got: shownBytes(got),
        mend: `A message is a name and an integer. ${EXAMPLE}`,
      }
    case "no_number":
      return {
        expected: json ? `an integer under the key ${keys.split(" ").at(-1)}` : "an integer behind the name",
        got: json ? shownBytes(got) : "nothing",
        mend: `A message is a name and an integer from 1 to 100. ${EXAMPLE}`,
      }
    case "not_an_integer":
      return {
        expected: "an integer from 1 to 100",
        got: shownBytes(got),
        mend: json
          ? "In JSON it stands without quotes, fraction or exponent: 25. Convert with int(text) before json.dumps."
          : "It is decimal digits, without quotes, fraction or exponent: 25.",
      }
    case "encoding": {
      const valid = textPrefix(got)
      return {
        expected: "a name in UTF-8",
        got: shownBytes(got.subarray(valid, valid + 4)),
        mend: 'Encode text with encode("utf-8").',
      }
    }
    case "garbage":
      return {
        expected: "a name and a number, as text, JSON or one of two binary forms",
        got: shownBytes(got),
        mend: EXAMPLE,
      }
    case "nul":
      return {
        expected: `the end of the text, or a struct of ${STRUCT_BYTES} bytes`,
        got: "a NUL byte",
        mend: "Send strlen(text) bytes: the NUL that ends a string in C stays at home.",
      }
    case "characters":
      return {
        expected: `length ${rest.length - 6}, the bytes of the name`,
        got: `length ${(rest[0]! << 8) | rest[1]!}, its characters`,
        mend: 'Count after encoding: data = name.encode("utf-8"), and the length is len(data).',
      }
    case "byte_order":
      return {
        expected: `length ${(rest[1]! << 8) | rest[0]!}, its high byte first`,
        got: `length ${(rest[0]! << 8) | rest[1]!}, as the bytes stand`,
        mend: 'Numbers go in network order: htons(), htonl(), or struct.pack(">H", ...).',
      }
    case "too_long":
      return {
        expected: `a message of at most ${at} bytes`,
        got: `more, beginning with ${shownBytes(rest)}`,
        mend: `A message is a name and an integer. ${EXAMPLE}`,
      }
  }
}

function elsewhere(rest: Uint8Array, { role, ports = {} }: SumBounds): Said {
  const other = otherProtocol(rest) ?? (isChat(rest) ? "chat" : "HTTP")
  return {
    expected: role === "request" ? "a name and a number" : "the server's name and number",
    got: `${other}: ${shownBytes(rest)}`,
    mend:
      role === "request" ? `This port adds numbers. ${rightPort(other, ports)}` : "Is that the right port?",
  }
}

function unfinished(fault: SumSilence, rest: Uint8Array, { role, timeoutMs }: SumBounds): Said {
  const got = fault === "cut_short" ? "the end of the connection" : `nothing for ${timeoutMs / 1000} s`
  if (role === "reply")
    return {
      expected: rest.length > 0 ? "the rest of the reply" : "a reply",
      got: rest.length > 0 ? `${got} after ${shownBytes(rest)}` : got,
      mend: "The server's log may say why.",
    }
  if (rest.length === 0)
    return {
      expected: "a name and a number",
      got,
      mend: "The client speaks first. Send both right after connecting, and only then wait for the reply.",
    }
  const after = `${got} after ${shownBytes(rest)}`
  if (rest[0]! <= 8 && rest.length >= 2) {
    const due = 2 + ((rest[0]! << 8) | rest[1]!) + 4 - rest.length
    return {
      expected: `${due} more bytes of the name and the number`,
      got: after,
      mend: "The first two bytes are the length of the name in bytes, high byte first; four bytes of the number follow it.",
    }
  }
  if (rest.includes(0))
    return {
      expected: `${STRUCT_BYTES - rest.length} more bytes of a struct of ${STRUCT_BYTES}`,
      got: after,
      mend: "The struct is char[256] and an int of 4 bytes: send sizeof of the whole, in one call.",
    }
  if (rest[rest.findIndex((byte) => byte > 0x20)] === 0x7b)
    return {
      expected: "the } that closes the object",
      got: after,
      mend: "Send the whole object, with sendall().",
    }
  return { expected: "a separator and an integer behind the name", got: after, mend: EXAMPLE }
}

const EXAMPLE = `Send, for one, json.dumps({"client_name": "Ada", "client_number": 25}).encode().`
