import { spawn } from "node:child_process"
import { once } from "node:events"
import { connect } from "node:net"

const LISTENS = `require("node:net").createServer().listen(0, "127.0.0.1", 1, function () { console.log(this.address().port) })`
const CALLERS = 16 // far more than wait for a listener with a backlog of 1

/** A port at which nothing ever answers: its listener is stopped, and those who wait for it are as many as can. */
export async function openBlackHole(): Promise<AsyncDisposable & { readonly address: string }> {
  const listener = spawn(process.execPath, ["-e", LISTENS], { stdio: ["ignore", "pipe", "inherit"] })
  const [line] = (await once(listener.stdout, "data")) as [Buffer]
  const port = Number(line.toString())
  listener.kill("SIGSTOP")
  const callers = Array.from({ length: CALLERS }, () => connect(port, "127.0.0.1").on("error", () => {}))
  await Promise.any(callers.map((caller) => once(caller, "connect")))
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const caller of callers) caller.destroy()
      listener.kill("SIGKILL")
      await once(listener, "exit")
    },
  }
}
