import { type Failure, type LabCase, notApplicable, type Outcome, PASS, type TriedServer } from "./case.ts"

/** Ends a case where it stands. */
class Ended extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super(outcome.verdict)
    this.outcome = outcome
  }
}

/** Ends the case with this outcome. */
export function end(outcome: Outcome): never {
  throw new Ended(outcome)
}

/** A case as steps, each of which may `end` it; it passes where none does. */
export function steps(run: (server: TriedServer) => Promise<void>): LabCase["run"] {
  return async (server) => {
    try {
      await run(server)
      return PASS
    } catch (error) {
      if (error instanceof Ended) return error.outcome
      throw error
    }
  }
}

/** The first place in which they differ, the end of the shorter one included; undefined where they are the same. */
export function firstDifference(got: Uint8Array, expected: Uint8Array): number | undefined {
  const at = expected.findIndex((byte, index) => byte !== got[index])
  if (at !== -1) return at
  return got.length > expected.length ? expected.length : undefined
}

/** Whether more bytes may still make it what is expected. */
export const mayBecome = (got: Uint8Array, expected: Uint8Array): boolean =>
  got.length < expected.length && firstDifference(got, expected.subarray(0, got.length)) === undefined

/** A failure of what came, or was saved, in answer to `sent`. */
export function differing(what: string, sent: Uint8Array, got: Uint8Array, expected: Uint8Array): Failure {
  return { verdict: "fail", what, sent, got, expected, byte: firstDifference(got, expected) ?? got.length }
}

/**
 * @param serves takes a new client, and ends the case where that fails
 * @param begins leaves a client connected; left out: `serves` does
 */
export function restartCase(
  demand: LabCase["demand"],
  serves: (server: TriedServer) => Promise<unknown>,
  begins = serves,
): LabCase {
  return {
    name: "restart",
    demand,
    does: "Ends the server while a client is connected, and starts it again at once.",
    expects: "It takes clients again.",
    cause:
      "The port stays taken for a minute after a connection: server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1) belongs before bind().",
    run: steps(async (server) => {
      if (!server.restart)
        end(notApplicable("Only a server that is started here can be started again: --start COMMAND."))
      await begins(server)
      await server.restart()
      await serves(server)
    }),
  }
}
