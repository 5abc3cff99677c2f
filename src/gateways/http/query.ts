import type { FastifyRequest } from "fastify"
import type { z } from "zod"
import { LandlineError } from "../../protocol/errors.ts"

/** What stands behind the `?` of an address. @throws LandlineError bad_request */
export function parsedQuery<T extends z.ZodType>(schema: T, { query }: FastifyRequest): z.infer<T> {
  const parsed = schema.safeParse(query)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new LandlineError(
    "bad_request",
    {},
    `The address is not understood: ${issue?.path.join(".")}: ${issue?.message}.`,
  )
}
