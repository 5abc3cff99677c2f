import type { IdleFacts } from "./idle.ts"
import type { LoadFacts } from "./load.ts"
import type { SumFacts } from "./sum.ts"
import type { ThroughputFacts } from "./throughput.ts"

/** What the steps find out that a terminal and a browser both can take, each in its own way. */
export interface MeasuredFacts {
  readonly idle: IdleFacts
  readonly download: ThroughputFacts
  readonly upload: ThroughputFacts
  readonly load: LoadFacts
  readonly sum: SumFacts
}

/** All steps of the doctor. */
export type StepName =
  | keyof MeasuredFacts
  | "interface"
  | "resolve"
  | "connect"
  | "hello"
  | "udp"
  | "mtu"
  | "machine"

/** `unknown`: it could not be found out. `skipped`: it depends on something that failed. */
export type State = "pass" | "warn" | "fail" | "skipped" | "unknown"

/** What a step's facts mean. */
export interface Judged {
  readonly state: State
  /** One plain sentence. */
  readonly say: string
}

export interface JudgedRow<F = unknown> extends Judged {
  readonly step: StepName
  /** Undefined where nothing was measured. */
  readonly facts: F | undefined
}

/** The rows of which a verdict is made. */
export type JudgedRows = {
  readonly [S in StepName]?: JudgedRow<S extends keyof MeasuredFacts ? MeasuredFacts[S] : unknown>
}

export const pass = (say: string): Judged => ({ state: "pass", say })
export const warn = (say: string): Judged => ({ state: "warn", say })
export const fail = (say: string): Judged => ({ state: "fail", say })
export const unknown = (say: string): Judged => ({ state: "unknown", say })
