import type { FastifyInstance } from "fastify"
import { LandlineError } from "../protocol/errors.ts"
import type { Settings } from "./settings.ts"

/**
 * Listens where the settings say.
 * @returns the host that it listens on
 * @throws LandlineError usage | port_in_use
 */
export async function listen(app: FastifyInstance, settings: Settings): Promise<string> {
  const { port, lan } = settings
  const listenOn = async (host: string) => {
    await app.listen({ port, host })
    return host
  }
  try {
    if (!lan) return await listenOn(settings.host.replace(/^\[|\]$/g, ""))
    return await listenOn("::").catch((error) => {
      // A machine without IPv6 has all its addresses in IPv4.
      if (error.code === "EAFNOSUPPORT") return listenOn("0.0.0.0")
      throw error
    })
  } catch (error) {
    throw inWords(error, settings)
  }
}

function inWords(error: unknown, { port, host }: Settings): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (code === "EADDRINUSE")
    return new LandlineError(
      "port_in_use",
      { port },
      `Port ${port} is in use. Stop the program that has it, or choose another with --port.`,
    )
  if (code === "EACCES")
    return new LandlineError(
      "usage",
      {},
      `Port ${port} is not allowed to you. Choose one above 1023 with --port.`,
    )
  // EINVAL is what an address says that holds on one link only, such as fe80::1, without naming the link.
  if (syscall === "getaddrinfo" || ["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"].includes(code ?? ""))
    return new LandlineError(
      "usage",
      {},
      `This machine has no address ${host}. Leave out --host, or use --lan.`,
    )
  return error
}
