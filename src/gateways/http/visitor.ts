import { isUtf8 } from "node:buffer"
import type { FastifyRequest } from "fastify"
import type { Author } from "../../core/author.ts"
import type { People } from "../../core/people.ts"
import { LandlineError } from "../../protocol/errors.ts"

/** Runs a request as whoever it says it is, and frees a guest's mark afterwards. PROTOCOL.md 7.1. */
export async function asAuthor<T>(
  people: People,
  { headers, query }: FastifyRequest,
  run: (who: Author) => Promise<T>,
): Promise<T> {
  const { "landline-name": header, authorization } = headers
  const { as } = query as Record<string, unknown>
  const name = typeof header === "string" ? decodeHeader(header) : nameOf(as)
  const who = await people.visitor(name, proof(authorization, name))
  try {
    return await run(who)
  } finally {
    people.leave(who)
  }
}

function nameOf(as: unknown): string | undefined {
  if (as === undefined || typeof as === "string") return as
  throw new LandlineError("bad_request", {}, "The address is not understood: it says as more than once.")
}

/** The secret that proves a name. One that cannot be read must not make a guest of its sender in silence. */
function proof(authorization: string | undefined, name: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  const secret = /^Bearer +(\S{16,200})$/i.exec(authorization)?.[1]
  if (secret !== undefined && name !== undefined) return secret
  throw new LandlineError(
    "bad_request",
    {},
    secret === undefined
      ? "Authorization is Bearer SECRET, where SECRET is that of a device, 16 to 200 characters."
      : "Authorization proves a name: say which one with Landline-Name.",
  )
}

/** Header values arrive as Latin-1. curl sends what the terminal gave it, which is UTF-8; browsers do not. */
function decodeHeader(value: string): string {
  const bytes = Buffer.from(value, "latin1")
  return isUtf8(bytes) ? bytes.toString("utf8") : value
}

/** Whether the answer is for a program. */
export const wantsJson = ({ headers }: Pick<FastifyRequest, "headers">): boolean =>
  headers.accept?.includes("json") ?? false
