import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { test } from "node:test"
import fc from "fast-check"
import { hubWord, linesOf, pythonLiteral, sampleOf, shellWord } from "./lines.ts"

const seed = Number(process.env["SEED"] ?? 1)

test(`lines: a word of the shell means exactly the text (SEED=${seed})`, () => {
  const text = fc.string({ unit: "grapheme", maxLength: 30 })
  const word = fc.oneof(text, fc.constantFrom("it's", "$(reboot)", "`x`", "a b", "\\", '"', "!", "-n", ""))
  const words = fc.sample(fc.array(word, { minLength: 50, maxLength: 50 }), { seed, numRuns: 1 })[0]!
  const given = words.filter((text) => !text.includes("\0"))
  const script = `printf '%s\\0' ${given.map(shellWord).join(" ")}`
  const heard = execFileSync("sh", ["-c", script]).toString().split("\0")
  assert.deepEqual(heard.slice(0, -1), given)
})

test(`lines: a literal of Python is the value of the JSON (SEED=${seed})`, () => {
  const values = fc
    .sample(fc.jsonValue({ maxDepth: 3 }), { seed, numRuns: 60 })
    .concat(['"\\\n\t\u2028😀', true, null, [], {}])
  const program = "import json, sys\nprint(json.dumps([json.dumps(v) for v in eval(sys.stdin.read())]))"
  const input = `[${values.map(pythonLiteral).join(", ")}]`
  const said = JSON.parse(execFileSync("python3", ["-c", program], { input }).toString()) as string[]
  assert.deepEqual(
    said.map((json) => JSON.parse(json)),
    JSON.parse(JSON.stringify(values)),
  )
})

test("lines: the example is the feed's own last message, where that can be typed", () => {
  assert.equal(sampleOf("application/json", '{"a":1}'), '{"a":1}')
  assert.equal(sampleOf("text/plain", "it's done"), "it's done")
  for (const latest of ["@/etc/passwd", "a\x1b[31m", "a\nb", "x".repeat(200), "\u202eabc", "", undefined])
    assert.equal(sampleOf("text/plain", latest), "hello")
  for (const latest of ["12345678901234567890", "1e400", "no json", undefined])
    assert.equal(sampleOf("application/json", latest), "21.5")
})

test("lines: the hub is named so that every program finds it", () => {
  assert.equal(hubWord("http://192.168.1.5:7300"), "192.168.1.5:7300")
  assert.equal(hubWord("http://hub.lan"), "http://hub.lan") // port 80, not 7300
  assert.equal(hubWord("https://hub.lan:8443"), "https://hub.lan:8443")
})

test("lines: a name in another script is written as an address where it is one", () => {
  const lines = linesOf("http://hub.lan:7300", "lab/温度", "application/json", '{"a":true}')
  assert.match(
    lines.curlPublish,
    /^curl -d '\{"a":true\}' http:\/\/hub\.lan:7300\/feeds\/lab\/%E6%B8%A9%E5%BA%A6$/,
  )
  assert.equal(lines.cliFollow, "npx landline follow 'lab/温度' --hub hub.lan:7300")
  assert.match(lines.pythonPublish, /publish\("lab\/温度", \{"a": True\}\)$/)
})
