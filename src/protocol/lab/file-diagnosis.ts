import { diagnoseChange } from "./changed-protocol.ts"
import { parseLength } from "./chat-frames.ts"
import { type Diagnosis, type LabPorts, shownBytes, textPrefix } from "./diagnosis.ts"
import type { FileEvidence, FileFault, WholeFile } from "./file-transfer.ts"
import { labLimits } from "./lab-limits.ts"
import { chatOrFile, type OtherProtocol, otherProtocol, rightPort } from "./other-protocol.ts"

/** `stalled`: nothing more came in time, nor the end of the stream. */
export type FileProblem = FileFault | "too_large" | "stalled"

export interface FileBounds {
  readonly separator: string
  readonly fileBytesMax: number
  readonly timeoutMs: number
  /** Of the other services, where there are some. */
  readonly ports?: LabPorts | undefined
}

/** Says what the peer got wrong, when nothing of its file is kept. */
export function diagnoseFile(problem: FileProblem, evidence: FileEvidence, bounds: FileBounds): Diagnosis {
  const silence = `nothing for ${bounds.timeoutMs / 1000} s`
  if (!evidence.separated)
    return diagnoseHeader(problem === "stalled" ? silence : undefined, evidence, bounds)
  const { header, run, sizeDigits, bytes, characters, rest } = evidence
  const declared = run.slice(0, sizeDigits)
  const missing = header.length + sizeDigits + Number(declared) - bytes
  const change = missing < 0 && changed(evidence, -missing, bounds)
  if (change) return change
  const oversize = missing > 0 && Number(declared) > bounds.fileBytesMax
  switch (oversize ? "too_large" : problem) {
    case "bad_name": {
      const bad = textPrefix(header)
      return {
        case: "encoding",
        byte: bad,
        expected: "a name in UTF-8",
        got: shownBytes(header.subarray(bad, bad + 4)),
        mend: 'Encode the header with encode("utf-8").',
      }
    }
    case "not_a_size":
      return {
        case: "header",
        byte: header.length,
        expected: "the size, decimal digits right behind the separator",
        got: shownBytes(rest),
        mend: `Send f"{name}${bounds.separator}{size}".encode(), without sign, blanks or quotes.`,
      }
    case "too_large":
      return {
        case: "too-large",
        byte: header.length,
        expected: `a file of at most ${bounds.fileBytesMax} bytes`,
        got: missing > 0 ? `a size of ${declared}` : `${bytes - header.length} bytes and more`,
        mend:
          oversize && Number(declared) > Number.MAX_SAFE_INTEGER
            ? "That is out of all bounds: the size must be that of the file's bytes, os.path.getsize(name). Nothing of it is kept."
            : "Nothing of it is kept. The server's limit is raised with --max-bytes.",
      }
    case "stalled":
      if (declared === "")
        return {
          case: "stalled",
          byte: bytes,
          expected: "the size, decimal digits",
          got: silence,
          mend: howTo(bounds),
        }
      return {
        case: "stalled",
        byte: bytes,
        expected: missing > 0 ? moreBytes(missing, declared) : "the end of the connection",
        got: silence,
        mend: "Close the socket right after the last byte: only that ends the file. Nothing of it is kept.",
      }
    case "cut_short":
      return {
        case: "cut-short",
        byte: bytes,
        expected: moreBytes(missing, declared),
        got: "the end of the connection",
        mend: 'The file was cut short, and nothing of it is kept. Where the program did not stop half-way: open the file with "rb", and send it with sendall().',
      }
    default: {
      const newline = newlineAt(rest)
      if (newline.length > 0 && newline.length === -missing && sizeDigits === run.length)
        return {
          case: "header",
          byte: header.length + sizeDigits,
          expected: "the data right behind the size",
          got: `a newline, ${JSON.stringify(newline)}`,
          mend: `Nothing follows the size, no newline. ${howTo(bounds)} Nothing of it is kept.`,
        }
      if (characters)
        return {
          case: "non-ascii",
          byte: header.length,
          expected: `the size ${characters.bytes}, the file's bytes`,
          got: `the size ${characters.declared}, its characters`,
          mend: 'Count after encoding: data = text.encode("utf-8"), and the header carries len(data). Nothing of it is kept.',
        }
      return {
        case: "too-much",
        byte: bytes + missing,
        expected: `the end of the connection after ${declared} bytes`,
        got: `${-missing} more`,
        mend: "The size must be that of the file's bytes, os.path.getsize(name), and a connection carries one file. Nothing of it is kept.",
      }
    }
  }
}

/** Behind the last byte of the file something else goes on. @param more so many bytes */
function changed({ bytes, tail }: FileEvidence, more: number, { ports }: FileBounds): Diagnosis | undefined {
  if (more > tail.length) return undefined
  const begun = { as: "file transfer", expected: "the end of the connection", ports: ports ?? {} }
  const change = diagnoseChange(begun, bytes - more, tail.subarray(tail.length - more))
  return change && { ...change, mend: `${change.mend} Nothing of the file is kept.` }
}

/** A file that came whole though its header and data were sent as one; undefined where nothing is wrong. */
export function diagnoseGlued(file: WholeFile, { run }: FileEvidence): Diagnosis | undefined {
  if (!file.glued && !file.ambiguous) return undefined
  const end = file.glued ? "in the same read" : "at once"
  const pause =
    "Pause a moment between the header and the data, for receivers that read the header in one call"
  return {
    case: "glued",
    byte: file.from,
    expected: "a pause after the size",
    got: `data ${end}`,
    mend: file.ambiguous
      ? `The file is kept, as ${file.bytes} bytes, but this is ambiguous: ${run} may also be the size of a longer file, cut short. ${pause}.`
      : `The file was told apart and is kept. ${pause}.`,
  }
}

/** What the first bytes are, where they are not for this service. */
export function foreignProtocol({ header, separated }: FileEvidence): OtherProtocol | "chat" | undefined {
  if (separated) return undefined
  const other = otherProtocol(header)
  if (other !== undefined) return other
  // A whole frame: a file's name may begin with ten bytes of digits and blanks while the rest is on its way.
  const whole = chatOrFile(header) === "chat" && header.length - 10 >= parseLength(header.subarray(0, 10))!
  return whole ? "chat" : undefined
}

function diagnoseHeader(silence: string | undefined, evidence: FileEvidence, bounds: FileBounds): Diagnosis {
  const { header, bytes } = evidence
  const expected = `name${bounds.separator}size`
  const other = foreignProtocol(evidence)
  if (other !== undefined) {
    const mend = `This port takes files. ${rightPort(other, bounds.ports ?? {})}`
    return { case: "wrong-port", byte: 0, expected, got: `${other}: ${shownBytes(header)}`, mend }
  }
  if (header.length < labLimits.fileHeaderBytesMax)
    return {
      case: "header",
      byte: bytes,
      expected: `${bounds.separator} after the name`,
      got: `${silence ?? "the end of the connection"} after ${shownBytes(header)}`,
      mend: howTo(bounds),
    }
  return {
    case: "header",
    byte: labLimits.fileHeaderBytesMax,
    expected: `${bounds.separator} within the first ${labLimits.fileHeaderBytesMax} bytes`,
    got: shownBytes(header),
    mend: howTo(bounds),
  }
}

const newlineAt = (bytes: Uint8Array) =>
  /^\r?\n/.exec(String.fromCharCode(...bytes.subarray(0, 2)))?.[0] ?? ""

const moreBytes = (missing: number, declared: string) =>
  `${missing} more ${missing === 1 ? "byte" : "bytes"}, ${declared} in all`

const howTo = ({ separator }: FileBounds) =>
  `Send f"{name}${separator}{size}".encode() first, then the file's bytes.`
