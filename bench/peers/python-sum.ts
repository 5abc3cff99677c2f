import { fileURLToPath } from "node:url"
import { outputOf, type Server, startServer } from "../support/process.ts"

const server = fileURLToPath(new URL("../servers/sum.py", import.meta.url))
const client = fileURLToPath(new URL("../clients/sum.py", import.meta.url))

/** The coursework's sum in Python: one thread, a connection for each exchange, JSON both ways, a log of each. */
export const pythonSum = {
  name: "coursework",
  /** @throws NotInstalled */
  start: (): Promise<Server> => startServer("python3", [server], /listening on (\d+)/),
  /** @returns exchanges a second */
  exchange: async (port: number, exchanges: number): Promise<number> =>
    Number(
      (await outputOf("python3", [client, String(port), String(exchanges)])).trimEnd().split("\n").at(-1),
    ),
}
