import type { Judged, MeasuredFacts, StepName } from "../../client/check/row.ts"
import type { ConnectFacts } from "./connect.ts"
import type { HelloFacts } from "./hello.ts"
import type { MachineFacts } from "./machine.ts"
import type { InterfaceFacts } from "./own-interface.ts"
import type { PacketFacts } from "./packet-size.ts"
import type { ResolveFacts } from "./resolve.ts"
import type { Target } from "./target.ts"
import type { UdpFacts } from "./udp.ts"

/** What each step finds out: a row of the table for each `StepName`. */
export interface Facts extends MeasuredFacts {
  readonly interface: InterfaceFacts
  readonly resolve: ResolveFacts
  readonly connect: ConnectFacts
  readonly hello: HelloFacts
  readonly udp: UdpFacts
  readonly mtu: PacketFacts
  readonly machine: MachineFacts
}

export interface Row<S extends StepName = StepName> extends Judged {
  readonly step: S
  /** Undefined where nothing was measured. */
  readonly facts: Facts[S] | undefined
}

/** The rows so far. */
export type Rows = { readonly [S in StepName]?: Row<S> }

/** What a step works with. */
export interface Checking {
  readonly target: Target
  /** Who speaks. */
  readonly as: string
  /** Throughput is measured without waiting for others. */
  readonly together: boolean
  /** Of the steps before. */
  readonly rows: Rows
  readonly signal: AbortSignal
  /** How far the step is. @param share 0 to 1 @param note in place of what the step does, such as why it waits */
  progress(share: number, note?: string): void
}

export interface Step<S extends StepName> {
  /** On screen. */
  readonly title: string
  /** What is being done, while it is. */
  readonly doing: string
  /** Steps that must not have failed. */
  readonly needs: readonly StepName[]
  /** @throws LandlineError no_hub where the hub is gone; others where it cannot be measured */
  run(checking: Checking): Promise<Facts[S]>
  judge(facts: Facts[S], checking: Pick<Checking, "target" | "rows">): Judged
}
