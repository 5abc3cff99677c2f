import { concat } from "./bytes.ts"
import { diagnoseChange } from "./changed-protocol.ts"
import {
  type ChatEvidence,
  type HeaderBytes,
  headerPrefix,
  type LengthFault,
  parseLength,
} from "./chat-frames.ts"
import * as readings from "./chat-readings.ts"
import { caseName, type Diagnosis, type LabPorts, shownBytes, textPrefix } from "./diagnosis.ts"
import { otherProtocol, rightPort } from "./other-protocol.ts"

/**
 * What ended a peer's frames. `cut_short`: the connection ended inside one. `stalled`: one has begun and
 * nothing more came in time. `silent`: not even the first one, the username, came in time.
 */
export type ChatFault = LengthFault | "cut_short" | "stalled" | "silent"

export interface DiagnosisBounds {
  readonly bodyBytesMax: number
  readonly timeoutMs: number
  /** Of the other services, where there are some. */
  readonly ports?: LabPorts | undefined
}

/** Says what the peer got wrong, from the bytes it sent last. */
export function diagnoseChat(fault: ChatFault, evidence: ChatEvidence, bounds: DiagnosisBounds): Diagnosis {
  const known = knownMistake(evidence, fault === "cut_short" || fault === "stalled")
  // A length that counts characters explains whatever stands behind it.
  const counted = known?.case === "non-ascii" ? known : undefined
  return (
    elsewhere(evidence, bounds) ??
    counted ??
    changed(evidence, bounds) ??
    known ?? { case: caseName(fault), ...asItStands(fault, evidence, bounds) }
  )
}

/** A body that is not UTF-8. @param byte place of the body in the stream */
export function diagnoseEncoding(body: Uint8Array, byte: number): Diagnosis {
  const valid = textPrefix(body)
  return {
    case: "encoding",
    byte: byte + valid,
    expected: "UTF-8",
    got: shownBytes(body.subarray(valid, valid + 4)),
    mend: 'That message is refused. Encode text with encode("utf-8").',
  }
}

/** A word that looks like the token of the wide family and is none of those that end the connection. */
export function diagnoseToken(text: string, byte: number, tokens: readonly string[]): Diagnosis | undefined {
  const word = text.trim().toLowerCase()
  const meant = /^!?disconnect(ed)?$/.test(word) || tokens.some((token) => token.toLowerCase() === word)
  if (!meant || tokens.includes(text)) return undefined
  return {
    case: "token",
    byte,
    expected: `the token ${JSON.stringify(tokens[0])}`,
    got: JSON.stringify(text),
    mend: "Letters, signs and blanks of the token must be exact; this was taken as a message.",
  }
}

/** A first frame that cannot be a name. @param reason a sentence */
export function diagnoseName(name: Uint8Array, headerBytes: HeaderBytes, reason: string): Diagnosis {
  return {
    case: "name",
    byte: headerBytes,
    expected: "a username as the first frame",
    got: shownBytes(name),
    mend: `${reason} The first frame is the username; messages come after it.`,
  }
}

function elsewhere(
  { frames, from, rest }: ChatEvidence,
  { ports = {} }: DiagnosisBounds,
): Diagnosis | undefined {
  if (from > 0 || frames.length > 0) return undefined
  const other = otherProtocol(rest)
  if (other === undefined) return undefined
  const got = `${other}: ${shownBytes(rest)}`
  return {
    case: "wrong-port",
    byte: 0,
    expected: "a chat header",
    got,
    mend: `This port speaks chat. ${rightPort(other, ports)}`,
  }
}

/** Behind whole frames something else goes on. */
function changed(evidence: ChatEvidence, { ports }: DiagnosisBounds): Diagnosis | undefined {
  if (evidence.frames.length === 0) return undefined
  const begun = { as: "chat", expected: `a header of ${evidence.headerBytes} bytes`, ports }
  return diagnoseChange(begun, headerAt(evidence), evidence.rest)
}

/** Place of what came after the last whole frame. */
const headerAt = ({ from, frames }: ChatEvidence): number =>
  from + frames.reduce((size, frame) => size + frame.length, 0)

/** Tries the readings in turn, from each frame that is still known, oldest first. */
function knownMistake(
  { headerBytes, frames, from, rest }: ChatEvidence,
  whole: boolean,
): Diagnosis | undefined {
  const bytes = concat([...frames, rest])
  const starts = [0]
  for (const frame of frames) starts.push(starts.at(-1)! + frame.length)
  for (const [reading, say] of mistakes(headerBytes)) {
    for (const start of reading.fromStart ? starts.slice(0, from === 0 ? 1 : 0) : starts) {
      const read = readings.readAs(reading, bytes, start, whole)
      const proof = read?.find((frame) => reading.fromStart || frame.body.length !== frame.length)
      if (proof) return { byte: from + proof.at, ...say(proof, bytes.subarray(proof.at)) }
    }
  }
  return undefined
}

type Say = (frame: readings.ReadFrame, bytes: Uint8Array) => Omit<Diagnosis, "byte">

function mistakes(headerBytes: HeaderBytes): [readings.Reading, Say][] {
  const otherWidth: HeaderBytes = headerBytes === 10 ? 64 : 10
  const pad = `f"{len(data):<${headerBytes}}".encode() + data`
  const header = `a header of ${headerBytes} bytes`
  const counts: Say = ({ length, body }) => ({
    case: "non-ascii",
    expected: `length ${body.length}, the bytes of ${shownBytes(body)}`,
    got: `length ${length}, its characters`,
    mend: 'Count after encoding: data = text.encode("utf-8"), and the header carries len(data).',
  })
  const wrong =
    (mend: string): Say =>
    (_, bytes) => ({ case: "header", expected: header, got: shownBytes(bytes), mend: `${mend} Send ${pad}.` })
  const struct = wrong("The length came as a binary number; it is decimal text, padded with blanks.")
  return [
    [readings.countsCharacters(headerBytes, readings.codePoints), counts],
    [readings.countsCharacters(headerBytes, readings.utf16Units), counts],
    [
      readings.countsHeader(headerBytes),
      ({ length, body }) => ({
        case: "header",
        expected: `length ${body.length}, the bytes of ${shownBytes(body)}`,
        got: `length ${length}, header included`,
        mend: "The length counts the body alone.",
      }),
    ],
    [
      readings.otherWidth(otherWidth),
      () => ({
        case: "header",
        expected: header,
        got: `a header of ${otherWidth} bytes`,
        mend: `Pad to ${headerBytes} bytes on the right, or start both ends with the same width.`,
      }),
    ],
    [readings.unpadded, wrong("The length is not padded.")],
    [readings.paddedWithNul(headerBytes), wrong("The length is padded with NUL bytes instead of blanks.")],
    [readings.binary(4, false), struct],
    [readings.binary(4, true), struct],
    [readings.binary(2, false), struct],
    [readings.lines, wrong("Lines are not enough here: each message begins with its length.")],
  ]
}

/** No mistake that is known: says what was due at which byte. */
function asItStands(fault: ChatFault, evidence: ChatEvidence, bounds: DiagnosisBounds): Diagnosis {
  const { headerBytes, rest } = evidence
  const at = headerAt(evidence)
  const header = rest.subarray(0, headerBytes)
  const pad = `f"{len(data):<${headerBytes}}".encode() + data`
  const silence = `nothing for ${bounds.timeoutMs / 1000} s`
  switch (fault) {
    case "silent":
      return {
        byte: 0,
        expected: "the username as the first frame",
        got: silence,
        mend: "Send the username right after connecting, before anything else.",
      }
    case "negative":
      return {
        byte: at,
        expected: "a length of 0 or more",
        got: shownBytes(header),
        mend: `The length is how many bytes of body follow. Send ${pad}.`,
      }
    case "too_large":
      return {
        byte: at,
        expected: `a length of at most ${bounds.bodyBytesMax}`,
        got: shownBytes(header),
        mend: "Send long texts in several messages, or look whether the message before was longer than it said.",
      }
    case "not_a_length": {
      const good = headerPrefix(header)
      const bad = good === header.length ? 0 : good
      return {
        byte: at + bad,
        expected: bad === 0 ? `a header of ${headerBytes} bytes` : `the rest of the header at byte ${at}`,
        got: shownBytes(bad === 0 ? header : rest.subarray(bad)),
        mend: `Every message begins with its length in bytes: ${pad}. Or the message before was longer than it said.`,
      }
    }
    case "cut_short":
    case "stalled": {
      const length = rest.length < headerBytes ? undefined : parseLength(header)
      const due = headerBytes + (length ?? 0)
      return {
        byte: at + rest.length,
        expected:
          length === undefined
            ? `${due - rest.length} more bytes of the header at byte ${at}`
            : `${due - rest.length} more bytes of the body, ${length} in all`,
        got: fault === "cut_short" ? "the end of the connection" : silence,
        mend: "Send the whole message, header and body, with sendall(); the length is the body's number of bytes.",
      }
    }
  }
}
