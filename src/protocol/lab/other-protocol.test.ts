import assert from "node:assert/strict"
import { test } from "node:test"
import { chatOrFile, feedOrSum, otherProtocol, rightPort } from "./other-protocol.ts"

test("the first bytes tell chat from file transfer as soon as they can", () => {
  const cases: Record<string, ReturnType<typeof chatOrFile>> = {
    "": undefined,
    "3": undefined,
    "3         ": "chat",
    "3         ada": "chat",
    "       +03": "chat",
    "-5        ": "chat",
    [`${"5".padEnd(64)}hello`]: "chat",
    "20        use <SEPARATOR> for files": "chat",
    "0000000003ada": "chat",
    n: "file",
    "5<": "file",
    "2024 r": "file",
    "2024      x<SEPARATOR>5": "chat", // nothing tells it from a chat client's length
    "1714567890": "file",
    "0000000042.png<SEPARATOR>5": "file",
    "GET / HTTP/1.1": "file",
  }
  for (const [text, service] of Object.entries(cases))
    assert.equal(chatOrFile(new TextEncoder().encode(text)), service, text)
})

test("the first bytes tell a WebSocket from sum as soon as they can", () => {
  const cases: Record<string, ReturnType<typeof feedOrSum>> = {
    "": undefined,
    G: undefined,
    "GET ": undefined,
    "GET /": "feed",
    "POST / HTTP/1.1": "feed",
    "\x16": undefined,
    "\x16\x03": "feed",
    "\x16a": "sum",
    Gr: "sum",
    "GET,25": "sum",
    "{": "sum",
    "\0": "sum",
    "3         ada": "sum",
  }
  for (const [text, service] of Object.entries(cases))
    assert.equal(feedOrSum(new TextEncoder().encode(text)), service, text)
})

test("a sum client is known by its keys, and each protocol has a port", () => {
  const protocol = otherProtocol(new TextEncoder().encode(' {"client_name": "a<SEP>b", "client_number": 5}'))
  assert.equal(protocol, "sum")
  assert.equal(rightPort("sum", { sum: 8000 }), "A sum client belongs to port 8000.")
  assert.equal(rightPort("sum", {}), "A sum client belongs to the port of a sum server.")
})
