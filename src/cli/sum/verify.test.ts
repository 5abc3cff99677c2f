import assert from "node:assert/strict"
import { writeFile } from "node:fs/promises"
import { test } from "node:test"
import { ExchangePair, sumRun } from "../../../test/support/exchange-pair.ts"
import { tempDir } from "../../../test/support/temp.ts"
import { firstHash } from "../../protocol/exchange-transcript.ts"
import { sha256 } from "./sha256.ts"
import { compareTranscripts } from "./verify.ts"

function transcript(run?: string): string[] {
  const lines: string[] = []
  new ExchangePair(sumRun({ count: 5, ...(run && { run }), onLine: (line) => lines.push(line) })).exchange()
  return lines
}

/** The same lines with hashes that fit: a transcript of one who saw it so. */
function chained([head, ...lines]: string[]): string[] {
  let hash = firstHash(JSON.parse(head!).run, sha256)
  return [
    head!,
    ...lines.map((line) => {
      const rest = line.slice(75)
      hash = sha256(`${hash}{${rest}`)
      return `{"hash":"${hash}",${rest}`
    }),
  ]
}

test("verify: the same transcripts are the same; every difference is named", async () => {
  await using folder = await tempDir()
  const [a, b] = [folder.file("a.jsonl"), folder.file("b.jsonl")]
  const lines = transcript()
  const compare = async (one: string[], other: string[]) => {
    await writeFile(a, `${one.join("\n")}\n`)
    await writeFile(b, other.join("\n"))
    const found = await compareTranscripts(a, b)
    return found.same ? found : found.why.replaceAll(a, "A").replaceAll(b, "B")
  }
  const { run } = JSON.parse(lines[0]!)
  const { hash } = JSON.parse(lines.at(-1)!)
  assert.deepEqual(await compare(lines, lines), { same: true, run, exchanges: 5, hash })
  assert.deepEqual(await compare(lines, chained(lines)), { same: true, run, exchanges: 5, hash })

  const changed = lines.with(3, lines[3]!.replace(/"number":3/, '"number":7'))
  const where = "Exchange 3: number is 3 in A, line 4, and 7 in B."
  assert.equal(await compare(lines, chained(changed)), where)
  const broken = "line 4 does not have the hash that follows from what stands there"
  assert.equal(
    await compare(lines, changed),
    `${where} In B, ${broken}: a line was changed, added or taken out.`,
  )
  assert.equal(await compare(changed, changed), `In A, ${broken}: a line was changed, added or taken out.`)

  assert.equal(await compare(lines, lines.slice(0, 4)), "B ends after 3 exchanges, and A goes on.")
  assert.equal(await compare(lines.slice(0, 1), lines), "A ends after 0 exchanges, and B goes on.")
  assert.match(
    String(await compare(lines, lines.toSpliced(3, 1))),
    /^Exchange 3: seq is 3 in A, line 4, and 4 in B\. In B, line 4/,
  )
  assert.match(String(await compare(lines, transcript())), /^The head: run is /)
  const renamed = chained(lines.with(0, lines[0]!.replace("Hub", "Other")))
  assert.equal(await compare(lines, renamed), 'The head: hub is "Hub" in A, line 1, and "Other" in B.')
  assert.equal(
    await compare(lines, lines.with(2, lines[2]!.slice(0, 40))),
    "B, line 3, is damaged: it is no line of JSON.",
  )
  const spaced = lines.with(2, lines[2]!.replace('"seq":2', '"seq": 2'))
  assert.equal(await compare(lines, chained(spaced)), "Line 3 is not written alike in A and B.")
  assert.equal(await compare([], lines), "A is no transcript of landline sum.")
  assert.equal(await compare(lines, ["5"]), "B is no transcript of landline sum.")
  assert.equal(await compare(lines, ['{"transcript":1}']), "B is no transcript of landline sum.")
  await assert.rejects(compareTranscripts(a, folder.file("none")), { code: "local_file" })
  await assert.rejects(compareTranscripts(folder.path, b), { code: "local_file" })
})
