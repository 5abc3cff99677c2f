import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { parseCursor } from "../src/protocol/cursor.ts"
import { ERRORS } from "../src/protocol/errors.ts"
import { limits } from "../src/protocol/limits.ts"
import * as messages from "../src/protocol/messages.ts"
import { SESSION_PATH, SUBPROTOCOL, VERSION } from "../src/protocol/session.ts"

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8")
const document = read("../PROTOCOL.md")
const examples = [...document.matchAll(/^```json\n(.*?)^```/gms)]
  .flatMap(([, lines]) => lines!.trim().split("\n"))
  .map((line) => JSON.parse(line) as Record<string, unknown>)
/** Every operation of a client, with its schema. */
const schemas = Object.values(messages).map((schema): [string, typeof schema] => [
  schema.shape.op.value,
  schema,
])

test("PROTOCOL.md: the table of errors is the one in the code", () => {
  const section = document.slice(document.indexOf("\n## 8. Errors"))
  const rows = [...section.matchAll(/^\| `(\w+)` \| (\d+) \| (\d+|–) \| (\w+) \| (.+) \|$/gm)]
  const printed = rows.map(([, code, http, close, retry, say]) => [
    code,
    { http: Number(http), close: close === "–" ? 0 : Number(close), retry, say },
  ])
  assert.deepEqual(printed, Object.entries(ERRORS))
})

test("PROTOCOL.md: every limit that it quotes is the one in the code", () => {
  const quoted = [...document.matchAll(/`(\w+)` = ([\d,]+)/g)]
  assert.ok(quoted.length > 10)
  for (const [, name, value] of quoted)
    assert.equal(Number(value!.replaceAll(",", "")), limits[name as keyof typeof limits], name!)
})

test("PROTOCOL.md: every operation has an example, and every example is valid", () => {
  const fromHub = read("../src/protocol/messages.ts").matchAll(/readonly op: "(\w+)"/g)
  const ops = [...schemas.map(([op]) => op), ...[...fromHub].map(([, op]) => op)]
  assert.ok(ops.length > 15)
  assert.deepEqual(new Set(examples.map((example) => String(example.op))), new Set<string | undefined>(ops))
  for (const example of examples) {
    const schema = schemas.find(([op]) => op === example.op)?.[1]
    assert.deepEqual(schema?.parse(example) ?? example, example, "an example has only fields that are known")
    for (const cursor of [example.cursor, example.after])
      if (cursor !== undefined) parseCursor(String(cursor))
  }
})

test("PROTOCOL.md: every field that a client may send is shown", () => {
  for (const [op, schema] of schemas) {
    const shown = examples.filter((example) => example.op === op).flatMap((example) => Object.keys(example))
    assert.deepEqual(new Set(shown), new Set(Object.keys(schema.shape)), op)
  }
})

test("PROTOCOL.md: the path, the sub-protocol and the version are the ones in the code", () => {
  assert.ok(document.includes(`at \`${SESSION_PATH}\` with the sub-protocol \`${SUBPROTOCOL}\``))
  assert.ok(document.includes(`It describes version ${VERSION}.`))
  const welcome = examples.find((example) => example.op === "welcome")
  assert.deepEqual(
    { version: welcome?.version, heartbeatMs: welcome?.heartbeatMs, entryBytesMax: welcome?.entryBytesMax },
    { version: VERSION, heartbeatMs: limits.heartbeatMs, entryBytesMax: limits.entryBytesMax },
  )
})
