import assert from "node:assert/strict"
import { join } from "node:path"
import { describe, test } from "node:test"
import { type ChatFlaw, flawedChat } from "../../../../test/support/flawed-chat.ts"
import { startLabChat, startWith } from "../../../../test/support/lab.ts"
import { spawnProgram } from "../../../../test/support/process.ts"
import { needs } from "../../../../test/support/programs.ts"
import { failuresOf, namesOf, outcomesOf } from "../../../../test/support/try-cases.ts"
import { chatCases } from "./chat-cases.ts"

const python = (script: string) =>
  spawnProgram("python3", ["-u", join(import.meta.dirname, "../../../../test/interop/python", script)])

const FLAW_MS = 500 // that an answer of a flawed server may take: what never comes is waited for

describe("try chat: a right server passes every case", () => {
  test("ours, of either family", async () => {
    await using service = await startLabChat()
    for (const headerBytes of [10, 64] as const) {
      const outcomes = await outcomesOf("chat", service.port, chatCases({ headerBytes }))
      assert.deepEqual(failuresOf(outcomes), {})
      assert.deepEqual(namesOf(outcomes, "not applicable"), ["restart"])
    }
  })

  test("ours whose answers have a header of their own, and other words", async () => {
    await using service = await startLabChat({ settings: { ack: "Danke", ackFramed: true, tokens: ["BYE"] } })
    const cases = chatCases({ headerBytes: 64, ack: "Danke", token: "BYE" })
    assert.deepEqual(failuresOf(await outcomesOf("chat", service.port, cases)), {})
  })

  for (const [script, headerBytes] of [
    ["narrow_server.py", 10],
    ["wide_server.py", 64],
  ] as const)
    test(`one of the document's own kind passes all that is basic: ${script}`, {
      skip: needs("python3"),
    }, async () => {
      await using server = python(script)
      const [, port] = await server.waitFor(/port (\d+)/)
      const basic = chatCases({ headerBytes }).filter(({ demand }) => demand === "basic")
      assert.deepEqual(failuresOf(await outcomesOf("chat", Number(port), basic)), {})
    })
})

/** Each flaw, and the cases that find it. */
const narrow: Record<Exclude<ChatFlaw, `${string} goodbye` | `${string} gone`>, string[]> = {
  "takes one recv for one message": ["glued", "header-first", "byte-by-byte", "largest", "hang-up"],
  "counts characters": ["non-ascii"],
  "echoes to the sender": ["no-echo"],
  "sends frames in pieces": ["one-piece"],
  "leaves out the username": ["as-documented"],
  "serves one client at a time": ["as-documented"],
  "waits for a username right after accept": ["silent"],
  "dies of a reset": ["reset"],
  "dies of a header that is no number": ["wrong-input"],
  "takes a message of no bytes for the end": ["empty"],
  "passes on half a message": ["hang-up"],
  "tells who left": ["leave", "hang-up"],
  "tells one other only": ["second-client"],
  "welcomes who joins": ["join"],
  "strips messages": ["blanks"],
  "dies of bytes that are no text": ["not-utf-8"],
  "reads 4096 bytes of a body": ["largest"],
  "reads whatever is promised": ["over-limit"],
}

const wide: Partial<Record<ChatFlaw, string[]>> = {
  "takes one recv for one message": ["header-first", "glued", "byte-by-byte"],
  "serves one client at a time": ["second-client", "silent"],
  "dies of a reset": ["reset"],
  "dies of a header that is no number": ["wrong-input"],
  "takes a message of no bytes for the end": ["empty"],
  "reads whatever is promised": ["over-limit"],
  "answers no goodbye": ["leave"],
  "stays open after the goodbye": ["leave"],
}

describe("try chat: each flaw is found by its own cases, and nothing else is", { concurrency: 6 }, () => {
  for (const [headerBytes, flaws] of [
    [10, narrow],
    [64, wide],
  ] as const) {
    test(`headers of ${headerBytes} bytes: none where there is none`, async () => {
      await using server = await startWith(flawedChat(undefined, headerBytes))
      assert.deepEqual(failuresOf(await outcomesOf("chat", server.port, chatCases({ headerBytes }))), {})
    })

    for (const [flaw, found] of Object.entries(flaws))
      test(`headers of ${headerBytes} bytes: a server that ${flaw}`, async () => {
        await using server = await startWith(flawedChat(flaw as ChatFlaw, headerBytes))
        const outcomes = await outcomesOf("chat", server.port, chatCases({ headerBytes }), FLAW_MS)
        assert.deepEqual(namesOf(outcomes, "fail"), found, JSON.stringify(failuresOf(outcomes)))
      })
  }

  test("a server that lets go of who speaks to one that is gone", async () => {
    await using server = await startWith(flawedChat("lets go of who speaks to one that is gone"))
    const leave = chatCases().filter(({ name }) => name === "leave") // others of its cases have clients that go
    const failures = failuresOf(await outcomesOf("chat", server.port, leave, FLAW_MS))
    assert.match(failures["leave"] ?? "", /^The server ended the connection to ada /)
  })

  test("a failure shows what was sent, what came, and the first byte that differs", async () => {
    await using server = await startWith(flawedChat("counts characters"))
    const outcome = (await outcomesOf("chat", server.port, chatCases(), FLAW_MS)).get("non-ascii")
    assert.ok(outcome?.verdict === "fail")
    assert.match(outcome.what, /\.$/)
    assert.equal(new TextDecoder().decode(outcome.sent), "26        schöne Grüße ✓ 你好")
    assert.equal(new TextDecoder().decode(outcome.got), "3         Zoë17        schöne Grüße ✓ 你好")
    assert.equal(outcome.byte, 0)
  })
})
