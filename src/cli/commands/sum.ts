import { type Command, Option } from "commander"
import { LandlineError } from "../../protocol/errors.ts"
import { limits } from "../../protocol/limits.ts"
import type { SumOptions } from "../sum/sum.ts"
import { wholeNumber } from "./history.ts"
import { countUpTo } from "./lab-options.ts"

type Options = SumOptions & { readonly verify?: readonly string[] }

const EXAMPLES = `
Examples:
  landline sum 25
  landline sum --many
  landline sum --many 10000 --pipelined --save here.jsonl --save-hub hub.jsonl
  landline sum --verify here.jsonl hub.jsonl

Each exchange is a request, a reply and an acknowledgement, each with its
SHA-256. With --many they carry data that both ends know, so that every wrong
bit is found at its place. Exit code 3: something did not arrive as it was sent.`

/** `landline sum N` */
export function register(program: Command): void {
  program
    .command("sum")
    .description("send the hub a number and get the sum, so that both ends can prove what was said")
    .argument("[number]", "a whole number from 1 to 100")
    .option(
      "--many [count]",
      "so many exchanges with data (default: 10000)",
      countUpTo(limits.sumExchangesMax),
    )
    .option("--pipelined", "do not wait for each answer")
    .option("--seed <number>", "of the data: the same seed sends the same (default: any)", wholeNumber)
    .option("--save <file>", "write this end's transcript, as JSON lines")
    .option("--save-hub <file>", "write the hub's, of at most 10,000 exchanges")
    .addOption(
      new Option("--verify <file...>", "compare two transcripts").conflicts([
        "many",
        "pipelined",
        "seed",
        "save",
        "saveHub",
      ]),
    )
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (number: string | undefined, _: unknown, command: Command) => {
      const { verify, ...options } = command.optsWithGlobals<Options>()
      if (verify) {
        if (number !== undefined || verify.length !== 2)
          throw usage("Name two transcripts: landline sum --verify A B.")
        const { verifyTranscripts } = await import("../sum/verifying.ts")
        return verifyTranscripts(verify[0]!, verify[1]!, options.json)
      }
      if (number !== undefined && options.many) throw usage("Give a number or --many, not both.")
      if (options.save !== undefined && options.save === options.saveHub)
        throw usage("--save and --save-hub write two files: name two.")
      if (options.pipelined && !options.many) throw usage("--pipelined goes with --many.")
      const { sum } = await import("../sum/sum.ts")
      await sum(number, options)
    })
}

const usage = (say: string): LandlineError => new LandlineError("usage", {}, say)
