import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { readAnswer } from "./answer.ts"

const seed = Number(process.env["SEED"] ?? 1)
const of = (text: string, ended = true) => readAnswer(Buffer.from(text), ended)
const http = (body: string, head = "200 OK") => `HTTP/1.1 ${head}\r\nContent-Type: x\r\n\r\n${body}`
const hello = '{"hub":{"name":"lab","version":"1.2.3"},"time":1700000000000,"address":"10.0.0.7"}'

test("answer: a hub is known by what it says, in one piece or in chunks", () => {
  const hub = {
    is: "hub",
    hub: { name: "lab", version: "1.2.3" },
    time: 1700000000000,
    seenAs: "10.0.0.7",
  }
  assert.deepEqual(of(http(hello)), hub)
  assert.deepEqual(of(http(`4f\r\n${hello}\r\n0\r\n\r\n`)), hub)
})

test("answer: what is no hub is told apart", () => {
  assert.deepEqual(of(http("<html>", "404 Not Found")), { is: "http", said: "404 Not Found" })
  assert.deepEqual(of(http('{"hub":"yes"}')), { is: "http", said: "200 OK" })
  assert.deepEqual(of(http('{"error":{"code":"elsewhere","message":"Not by that name."}}', "403 x")), {
    is: "refusal",
    said: "Not by that name.",
  })
  const nowhere = '{"error":{"code":"not_found","message":"Nothing here."}}'
  assert.deepEqual(of(http(nowhere, "404 Not Found")), { is: "http", said: "404 Not Found" })
  assert.deepEqual(of(http("The plain HTTP request was sent to HTTPS port", "400 Bad Request")), {
    is: "tls",
  })
  assert.deepEqual(readAnswer(Uint8Array.of(21, 3, 1, 0, 2, 2, 70), true), { is: "tls" })
  assert.deepEqual(of("SSH-2.0-OpenSSH_9\r\nmore"), { is: "text", said: "SSH-2.0-OpenSSH_9" })
  assert.deepEqual(of("\x1b[2Jhi\x07"), { is: "bytes" })
  assert.deepEqual(readAnswer(Uint8Array.of(0, 1, 2, 255), true), { is: "bytes" })
  assert.deepEqual(of("", false), { is: "silence" })
  assert.deepEqual(of(""), { is: "closed" })
})

test(`answer: no bytes are too strange, and none reach the terminal raw (SEED=${seed})`, () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: "binary", maxLength: 100 }).map((text) => Buffer.from(http(text))),
    fc.string({ unit: "binary", maxLength: 100 }).map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(bytes, fc.boolean(), (bytes, ended) => {
      const answer = readAnswer(bytes, ended)
      if ("said" in answer && answer.is !== "refusal")
        assert.doesNotMatch(answer.said, /[\x00-\x1f\x7f-\x9f]/)
    }),
    { seed },
  )
})
