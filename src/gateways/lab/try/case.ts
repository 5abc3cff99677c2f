import type { Diagnosis } from "../../../protocol/lab/diagnosis.ts"
import type { Attempt, End } from "./attempt.ts"
import type { UdpAttempt } from "./udp-attempt.ts"

/** One thing that is tried of somebody's server. */
export interface LabCase {
  /** For `--only`: `byte-by-byte`. */
  readonly name: string
  /** `basic`: the document itself demands it. `robust`: TCP allows it, and a server in earnest must bear it. */
  readonly demand: "basic" | "robust"
  /** What is done, as a sentence without subject: `Sends PING one byte at a time.` */
  readonly does: string
  /** What must come: `One PONG.` */
  readonly expects: string
  /** The usual cause where it fails, in one sentence that a beginner understands. */
  readonly cause: string
  /** The server may end in it, whatever its exit code. */
  readonly mayEnd?: boolean
  /** What it means that nothing listens any more: then the case has failed. Left out, it is not applicable. */
  readonly ended?: string
  /** It only takes what comes, which takes time: a server that has passed `second-client` is tried on meanwhile. */
  readonly listens?: true
  run(server: TriedServer): Promise<Outcome>
}

/** The server that is tried. */
export interface TriedServer {
  /** ms that an answer may take. */
  readonly timeoutMs: number
  /** A new connection. @throws LandlineError no_hub where nothing listens */
  connect(): Promise<Attempt>
  /** A new client of a server over UDP. @throws LandlineError no_hub where its name stands for nothing */
  peer(): Promise<UdpAttempt>
  /** Ends it and starts it anew, at once; only where its command is known. */
  readonly restart: (() => Promise<void>) | undefined
}

/** What went to the server and came from it, by a connection or over UDP. */
export interface Seen {
  readonly sent: Uint8Array
  readonly got: Uint8Array
  /** Undefined while more may come. */
  readonly end: End | undefined
}

export interface Opened extends Seen, Disposable {
  /** The server was there. */
  readonly isReached: boolean
  finish(): void
  reset(): void
}

export type Outcome =
  | { readonly verdict: "pass" }
  | { readonly verdict: "not applicable"; readonly why: string }
  | Failure

export interface Failure {
  readonly verdict: "fail"
  /** What came instead, in one sentence. */
  readonly what: string
  /** What was sent, and what came back, on the connection that failed. */
  readonly sent: Uint8Array
  readonly got: Uint8Array
  /** What should have come, where it is one text; then `byte` is the first place in which `got` differs from it. */
  readonly expected?: Uint8Array
  readonly byte?: number
  /** Where what came tells more than the case's own usual cause. */
  readonly cause?: string
}

export const PASS: Outcome = { verdict: "pass" }

export const notApplicable = (why: string): Outcome => ({ verdict: "not applicable", why })

/** @param expected what should have come, where it is one text */
export function fail(attempt: Seen, say: string, expected?: Uint8Array | string): Failure {
  const { sent, got, end } = attempt
  const what = end === "too much" ? `More came than is read here, without an end. ${say}` : say
  if (expected === undefined) return { verdict: "fail", what, sent, got }
  const bytes = typeof expected === "string" ? new TextEncoder().encode(expected) : expected
  const same = bytes.findIndex((byte, at) => byte !== got[at])
  return { verdict: "fail", what, sent, got, expected: bytes, byte: same < 0 ? bytes.length : same }
}

/** What came cannot be read: the place in it, what is wrong there, and what to mend. */
export function failAt(attempt: Seen, { byte, expected, got, mend }: Diagnosis): Failure {
  return {
    ...fail(attempt, `What came cannot be read: byte ${byte}: expected ${expected}, got ${got}.`),
    byte,
    cause: mend,
  }
}

/** A case with its outcome. */
export interface Tried {
  readonly case: LabCase
  readonly outcome: Outcome
  readonly ms: number
}
