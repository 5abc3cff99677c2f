import assert from "node:assert/strict"
import { test } from "node:test"
import { chatOrFile } from "./other-protocol.ts"

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
