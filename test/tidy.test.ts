import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import {
  brokenReferences,
  deadFiles,
  type Finding,
  fileLength,
  importLaw,
  readProject,
  tidy,
  unknownFolders,
} from "../scripts/tidy.ts"

const files = (map: Record<string, string>) => new Map(Object.entries(map))
const lines = (findings: readonly Finding[]) => findings.map(({ path, say }) => `${path}: ${say}`)
/** What the import law says of one file that holds one line. */
const law = (path: string, line: string) => lines(importLaw(files({ [path]: line })))

test("tidy: this project keeps its own rules", () => {
  const { files, scripts } = readProject(join(import.meta.dirname, ".."))
  assert.ok(files.size > 50)
  assert.deepEqual(lines(tidy(files, scripts).filter((finding) => finding.fault)), [])
})

test("tidy: a part imports only what the law allows", () => {
  for (const [path, line, expected] of [
    ["src/core/topic.ts", `import { x } from "../storage/memory/log.ts"`, "core cannot import storage"],
    ["src/protocol/names.ts", `import type { X } from "../core/topic.ts"`, "protocol cannot import core"],
    [
      "src/capabilities/chat/chat.ts",
      `export * from "../../gateways/http/x.ts"`,
      "capabilities cannot import gat",
    ],
    ["src/storage/memory/log.ts", `let x: import("../../hub/main.ts").X`, "storage cannot import hub"],
    ["src/client/main.ts", `const x = await import("../core/topic.ts")`, "client cannot import core"],
    ["src/hub/main.ts", `import "../cli/main.ts"`, "hub cannot import cli"],
    ["src/cli/commands/say.ts", `import { startHub } from "../../hub/main.ts"`, "cli cannot import hub"],
    ["web/app.tsx", `import { x } from "../src/core/topic.ts"`, "web cannot import core"],
    ["src/core/topic.ts", `import { x } from "../../bench/main.ts"`, "core cannot import bench/main.ts"],
  ] as const) {
    const [found, ...more] = law(path, line)
    assert.ok(found?.startsWith(`${path}:1: ${expected}`), `${path} ${line} gave ${found}`)
    assert.deepEqual(more, [])
  }
})

test("tidy: what the law allows passes", () => {
  for (const [path, line] of [
    ["src/core/topic.ts", `import { x } from "../protocol/names.ts"`],
    ["src/gateways/http/rooms.ts", `import { x } from "../../capabilities/chat/chat.ts"`],
    ["src/gateways/http/rooms.ts", `import { x } from "./doors.ts"\nimport { y } from "../doors.ts"`],
    ["src/gateways/lab/chat/server.ts", `import { x } from "../log.ts"`],
    ["src/storage/sqlite/log.ts", `import { DatabaseSync } from "node:sqlite"`],
    ["src/cli/commands/serve.ts", `import { startHub } from "../../hub/main.ts"`],
    ["src/cli/commands/lab/chat.ts", `import { x } from "../../../hub/lab.ts"`],
    ["src/protocol/messages.ts", `import { z } from "zod"`],
    ["src/core/topic.test.ts", `import { x } from "../storage/memory/log.ts"`],
    ["src/storage/log-contract.ts", `import { test } from "node:test"`],
  ] as const)
    assert.deepEqual(law(path, line), [], `${path} ${line}`)
})

test("tidy: siblings never import each other", () => {
  assert.deepEqual(law("src/gateways/http/x.ts", `import "../websocket/y.ts"`), [
    "src/gateways/http/x.ts:1: gateways/http cannot import its sibling gateways/websocket",
  ])
})

test("tidy: protocol, core and client do no input or output of their own", () => {
  for (const [path, line, expected] of [
    [
      "src/protocol/cursor.ts",
      `import { readFileSync } from "node:fs"`,
      "protocol is pure and cannot import node:fs",
    ],
    [
      "src/core/topic.ts",
      `import { Worker } from "node:worker_threads"`,
      "core is pure and cannot import node:wo",
    ],
    [
      "src/client/main.ts",
      `import { setTimeout } from "node:timers/promises"`,
      "client is pure and cannot imp",
    ],
    ["src/client/main.ts", `import WebSocket from "ws"`, "client is pure and cannot import ws"],
    ["src/client/main.ts", `\n\nawait import(name)`, "imports a computed name"],
  ] as const)
    assert.ok(law(path, line)[0]?.includes(expected), `${path} ${line} gave ${law(path, line)}`)
})

test("tidy: what is shipped imports no test and no contract suite", () => {
  assert.deepEqual(law("src/core/topic.ts", `import "./topic.test.ts"`), [
    "src/core/topic.ts:1: only tests may import src/core/topic.test.ts",
  ])
  assert.deepEqual(law("src/hub/main.ts", `import "../storage/log-contract.ts"`), [
    "src/hub/main.ts:1: only tests may import src/storage/log-contract.ts",
  ])
})

test("tidy: a file over 300 lines is warned of, one over 500 is a fault", () => {
  const long = (lines: number) => fileLength(files({ "src/x.ts": "//\n".repeat(lines) }))
  assert.deepEqual(long(300), [])
  assert.deepEqual(long(301), [{ path: "src/x.ts", say: "301 lines; think of a split", fault: false }])
  assert.equal(long(500)[0]?.fault, false)
  assert.deepEqual(long(501), [{ path: "src/x.ts", say: "501 lines; more than 500", fault: true }])
})

test("tidy: a file that nothing reaches is dead; workers, programs and scripts are reached", () => {
  const project = files({
    "src/cli/main.ts": `import "../hub/main.ts"`,
    "src/hub/main.ts": `new Worker(new URL("./worker.ts", import.meta.url))`,
    "src/hub/worker.ts": `import "./used.ts"`,
    "src/hub/used.ts": "",
    "src/hub/unused.ts": "",
    "src/hub/only-tested.ts": "",
    "src/hub/only-tested.test.ts": `import "./only-tested.ts"; import "./hub-contract.ts"`,
    "src/hub/hub-contract.ts": "",
    "scripts/build.ts": "",
    "scripts/old.ts": "",
  })
  assert.deepEqual(lines(deadFiles(project, ["scripts/build.ts"])), [
    "src/hub/unused.ts: nothing that is shipped reaches it",
    "src/hub/only-tested.ts: nothing that is shipped reaches it",
    "scripts/old.ts: nothing reaches it",
  ])
})

test("tidy: an import that leads nowhere is a fault", () => {
  assert.deepEqual(lines(brokenReferences(files({ "src/hub/main.ts": `\nimport "./gone.ts"` }))), [
    "src/hub/main.ts:2: imports src/hub/gone.ts, which is not there",
  ])
})

test("tidy: a folder that the architecture does not know is a fault", () => {
  const found = unknownFolders(
    files({
      "src/core/topic.ts": "",
      "src/core/anything/x.ts": "",
      "src/utils/x.ts": "",
      "src/loose.ts": "",
      "src/gateways/gopher/x.ts": "",
      "lib/x.ts": "",
      "test/tidy.test.ts": "",
      "test/misc/x.test.ts": "",
    }),
  )
  assert.deepEqual(lines(found), [
    "src/utils: unknown folder",
    "src/loose.ts: belongs in a folder of src",
    "src/gateways/gopher: unknown folder",
    "lib: unknown folder",
    "test/misc: unknown folder",
  ])
})
