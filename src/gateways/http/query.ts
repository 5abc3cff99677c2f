import type { FastifyRequest } from "fastify"
import type { z } from "zod"
import { LandlineError } from "../../protocol/errors.ts"

/** What stands behind the `?` of an address. @throws LandlineError bad_request */
export const parsedQuery = <T extends z.ZodType>(schema: T, { query }: FastifyRequest): z.infer<T> =>
  parsed(schema, query, "The address")

/** A body in JSON. @throws LandlineError bad_request */
export function parsedBody<T extends z.ZodType>(schema: T, body: Buffer): z.infer<T> {
  try {
    return parsed(schema, JSON.parse(body.toString()), "The request")
  } catch (error) {
    if (error instanceof LandlineError) throw error
    throw new LandlineError("bad_request", {}, "The request is to be JSON, and is none.")
  }
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const place = issue?.path.length ? `${issue.path.join(".")}: ` : ""
  throw new LandlineError("bad_request", {}, `${what} is not understood: ${place}${issue?.message}.`)
}
