import type { Command } from "commander"
import { registerChat } from "./lab-chat.ts"
import { registerFeed } from "./lab-feed.ts"
import { registerFile } from "./lab-file.ts"
import { registerHello } from "./lab-hello.ts"
import { registerPing } from "./lab-ping.ts"
import { registerSum } from "./lab-sum.ts"
import { registerTable } from "./lab-table.ts"
import { registerTrace } from "./lab-trace.ts"
import { registerTry } from "./lab-try.ts"

/** `landline lab SERVICE serve|connect|try`: one coursework program, stand-alone. */
export function register(program: Command): void {
  const lab = program
    .command("lab")
    .description("the coursework's programs over plain sockets, stand-alone")
    .addHelpText("after", "\nExample:\n  landline lab chat serve\n  landline lab chat connect --name ada")
  registerChat(lab)
  registerFile(lab)
  registerFeed(lab)
  registerPing(lab)
  registerHello(lab)
  registerSum(lab)
  registerTry(lab)
  registerTrace(lab)
  registerTable(lab)
}
