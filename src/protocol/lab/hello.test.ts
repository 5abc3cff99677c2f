import assert from "node:assert/strict"
import { test } from "node:test"
import { formatDiagnosis } from "./diagnosis.ts"
import { type Greeter, type GreetingEnd, readGreeting } from "./hello.ts"

const utf8 = new TextEncoder()
const ports = { hub: 7300, chat: 12345, ping: 3033 }

function said(sent: string | Uint8Array, greeter: Greeter, end: GreetingEnd = { ports }): string {
  const greeting = readGreeting(typeof sent === "string" ? utf8.encode(sent) : sent, greeter, end)
  return "fault" in greeting ? formatDiagnosis(greeting.fault, "x") : greeting.text
}

test("a greeting is printed as it came, without the end of its line", () => {
  for (const greeter of ["server", "client"] as const) {
    for (const text of ["Hello Server!", "Hello client!", "grüße", "5", "Get well soon", "x".repeat(2048)])
      assert.equal(said(text, greeter), text)
    assert.equal(said("Hello Server!\r\n", greeter), "Hello Server!")
    assert.equal(said("Hello Server!\0", greeter), "Hello Server!")
  }
})

const MISTAKES: [Greeter, string | Uint8Array, GreetingEnd, RegExp][] = [
  ["client", "", { timeoutMs: 5_000 }, /^byte 0: expected a greeting, got nothing for 5 s .*Greet back/],
  ["client", "", {}, /^byte 0: expected a greeting, got the end of the connection/],
  ["server", "", { timeoutMs: 5_000 }, /got nothing for 5 s .*A hello server speaks first/],
  ["client", Uint8Array.of(0x48, 0xff), {}, /^byte 1: expected UTF-8, got "\\xff" /],
  [
    "client",
    "x".repeat(2049),
    {},
    /^byte 2048: expected a greeting of at most 2048 bytes, got more, beginning with "x/,
  ],
  ["client", "GET / HTTP/1.1\r\n\r\n", { ports }, /got HTTP: .*the hub's port 7300/],
  ["client", Uint8Array.of(0x16, 3, 1), { ports }, /got TLS: /],
  ["client", "3         ada", { ports }, /got chat: .*port 12345/],
  ["client", "a.txt<SEPARATOR>5hello", {}, /got file transfer: .*the port of a file server/],
  ["client", '{"client_name": "a"', {}, /got sum: /],
  ["client", "PING", { ports }, /got ping: .*port 3033/],
  ["server", "HTTP/1.1 400 Bad Request\r\n\r\n", {}, /got HTTP: .*right port/],
  ["server", "SSH-2.0-OpenSSH_9.2", {}, /got SSH: /],
  ["server", Uint8Array.of(0x15, 3, 1), {}, /got TLS: /],
]
for (const [greeter, sent, end, words] of MISTAKES)
  test(`a ${greeter}'s mistake is named: ${words.source}`, () =>
    assert.match(said(sent, greeter, end), words))
