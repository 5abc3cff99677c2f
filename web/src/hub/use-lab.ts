import type { LandlineError } from "../../../src/client/main.ts"
import type { LabServiceName } from "../../../src/protocol/lab/records.ts"
import { useHub } from "./hub.tsx"
import { usePolled } from "./polled.ts"

/** What `GET /lab/services` answers (PROTOCOL.md 14.2). */
export interface LabServices {
  /** Where lab programs, and guests, talk. */
  readonly room?: string
  readonly services: readonly LabServiceOffer[]
}

export interface LabServiceOffer {
  readonly service: LabServiceName
  readonly port: number
  /** What it does, in a few words. */
  readonly about: string
  /** A line that a shell takes as it stands to try it. */
  readonly starter: string
}

const NONE: LabServices = { services: [] }
const EVERY_MS = 60_000

/** The lab services that this hub runs: none where it has no lab, and none while they are not `known` yet. */
export function useLab(): LabServices & { readonly known: boolean } {
  const { http } = useHub()
  const { value } = usePolled(
    () =>
      http.json<LabServices>("/lab/services").catch((error: LandlineError) => {
        if (error.code === "not_found") return NONE
        throw error // a hub that does not answer now may have one
      }),
    EVERY_MS,
  )
  return { ...(value ?? NONE), known: value !== undefined }
}
