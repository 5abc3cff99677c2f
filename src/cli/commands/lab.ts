import type { Command } from "commander"
import { registerChat } from "./lab-chat.ts"
import { registerFeed } from "./lab-feed.ts"
import { registerFile } from "./lab-file.ts"
import { registerHello } from "./lab-hello.ts"
import { registerPing } from "./lab-ping.ts"
import { registerSum } from "./lab-sum.ts"

/** `landline lab SERVICE serve|connect`: one coursework program, stand-alone. */
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
}
