import { printableLine } from "../../protocol/text.ts"
import { FaultFound } from "../failure.ts"
import { count } from "../files/amounts.ts"
import { print, printJson } from "../output.ts"
import { compareTranscripts } from "./verify.ts"

/** `landline sum --verify A B`. @throws LandlineError local_file | FaultFound where they differ */
export async function verifyTranscripts(pathA: string, pathB: string, json: true | undefined): Promise<void> {
  const found = await compareTranscripts(pathA, pathB)
  if (json) printJson(found)
  else if (found.same)
    print(`The transcripts are the same: ${count(found.exchanges, "exchange")}, ${found.hash}`)
  else print(`The transcripts differ. ${printableLine(found.why)}`)
  if (!found.same) throw new FaultFound()
}
