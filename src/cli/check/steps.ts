import type { StepName } from "../../client/check/row.ts"
import { connectStep } from "./connect.ts"
import { helloStep } from "./hello.ts"
import { idleStep } from "./idle.ts"
import { loadStep } from "./load.ts"
import { machineStep } from "./machine.ts"
import { interfaceStep } from "./own-interface.ts"
import { packetStep } from "./packet-size.ts"
import { resolveStep } from "./resolve.ts"
import type { Step } from "./row.ts"
import { sumStep } from "./sum.ts"
import { downloadStep, uploadStep } from "./throughput.ts"
import { udpStep } from "./udp.ts"

/** All steps, in the order in which they are taken: each stands on those before. */
export const steps: { readonly [S in StepName]: Step<S> } = {
  interface: interfaceStep,
  resolve: resolveStep,
  connect: connectStep,
  hello: helloStep,
  udp: udpStep,
  idle: idleStep,
  mtu: packetStep,
  download: downloadStep,
  upload: uploadStep,
  load: loadStep,
  sum: sumStep,
  machine: machineStep,
}

export const STEPS = Object.keys(steps) as StepName[]
