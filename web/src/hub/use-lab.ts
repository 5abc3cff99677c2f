import { useHub } from "./hub.tsx"
import { usePolled } from "./polled.ts"

export interface LabServices {
  /** Where lab programs, and guests, talk. */
  readonly room?: string
  readonly services: readonly { readonly service: string; readonly port: number }[]
}

const NONE: LabServices = { services: [] }
const EVERY_MS = 60_000

/** The lab services that this hub runs; none where it has no lab. */
export function useLab(): LabServices {
  const { http } = useHub()
  return usePolled(() => http.json<LabServices>("/lab/services").catch(() => NONE), EVERY_MS).value ?? NONE
}
