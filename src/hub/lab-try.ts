import type { LabCase, Tried } from "../gateways/lab/try/case.ts"
import { chatCases } from "../gateways/lab/try/chat-cases.ts"
import { feedCases } from "../gateways/lab/try/feed-cases.ts"
import { fileCases } from "../gateways/lab/try/file-cases.ts"
import { helloCases } from "../gateways/lab/try/hello-cases.ts"
import { pingCases } from "../gateways/lab/try/ping-cases.ts"
import { pingUdpCases } from "../gateways/lab/try/ping-udp-cases.ts"
import { TriedProgram } from "../gateways/lab/try/program.ts"
import { tryCases } from "../gateways/lab/try/run.ts"
import { sumCases } from "../gateways/lab/try/sum-cases.ts"
import type { SumFormatName } from "../protocol/lab/sum-formats.ts"

export type { Tried } from "../gateways/lab/try/case.ts"

export type LabServiceName = "ping" | "sum" | "hello" | "feed" | "chat" | "file"

/** What is known of a server beforehand, as far as its service has it. */
export interface LabTryWords {
  /** ping, chat: what ends a connection. */
  readonly token?: string | undefined
  /** ping: over UDP. @param fromPort of our own; 0: any free one */
  readonly udp?: { readonly fromPort: number } | undefined
  /** sum: undefined: found out. */
  readonly format?: SumFormatName | undefined
  /** sum */
  readonly onOutOfRange?: "stop" | "close" | undefined
  /** chat */
  readonly headerBytes?: 10 | 64 | undefined
  /** chat */
  readonly ack?: string | undefined
  /** file */
  readonly separator?: string | undefined
  /** file: where the server saves. */
  readonly dir?: string | undefined
}

export interface LabTryOptions extends LabTryWords {
  readonly host: string
  readonly port: number
  /** ms that an answer may take. */
  readonly timeoutMs?: number
  /** Names of cases; undefined: all. */
  readonly only?: readonly string[] | undefined
  /** A shell's command that starts the server, anew for each case. */
  readonly start?: string | undefined
  readonly signal: AbortSignal
  onTried(tried: Tried): void
}

const TIMEOUT_MS = 2_000

/** The cases of a service, those that may end the server last. */
export function labCases(service: LabServiceName, words: LabTryWords = {}): readonly LabCase[] {
  switch (service) {
    case "ping":
      return words.udp ? pingUdpCases({ ...words, ...words.udp }) : pingCases(words)
    case "sum":
      return sumCases(words)
    case "hello":
      return helloCases()
    case "feed":
      return feedCases
    case "chat":
      return chatCases(words)
    case "file":
      return fileCases(words)
  }
}

/** Tries somebody's server. @throws see `tryCases` */
export function tryLabServer(service: LabServiceName, options: LabTryOptions): Promise<Tried[]> {
  const { host, port, timeoutMs = TIMEOUT_MS, only, start, udp, signal, onTried } = options
  const all = labCases(service, options)
  return tryCases({
    ...{ service, host, port, timeoutMs, udp, signal, onTried },
    cases: only ? all.filter(({ name }) => only.includes(name)) : all,
    asDocumented: all[0]!,
    program: start === undefined ? undefined : new TriedProgram(start),
  })
}
