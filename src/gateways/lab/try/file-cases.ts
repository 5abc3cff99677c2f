import { setTimeout as sleep } from "node:timers/promises"
import { LandlineError } from "../../../protocol/errors.ts"
import { concat } from "../../../protocol/lab/bytes.ts"
import { fail, type LabCase } from "./case.ts"
import { type FileCase, type FileCaseOptions, type FileRun, FileTrial, fileCase } from "./file-trial.ts"
import { end, restartCase } from "./steps.ts"

export type { FileCaseOptions } from "./file-trial.ts"

const LARGER_BYTES = 200_000 // some fifty times what the document's server reads at once
const TEXT = "The first line.\nAnd a second one, which is the last.\n"
/** Every byte there is, so that none may be taken for text, a newline or the end of a string. */
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte)

const HALF_BYTES = 20 // of TEXT
const READ_MS = 50 // the server has read what was sent, and waits
const NO_ANSWER =
  "Nothing comes back on this wire, and the document's client reads nothing: if an answer is there when it closes, its system resets the connection, and the end of the file may be lost."
const CLOSED = "The connection is taken, and closed in time."
const GOES_ON = "The connection of another client, that sends a file, is taken and closed in time."

/** What is tried of a file server. */
export function fileCases(options: FileCaseOptions = {}): readonly LabCase[] {
  const shared: FileRun = { ...options, names: [], servesOne: false, takesGlued: false }
  const next = fileCase(nextClient, shared)
  return [
    ...basicCases.map((one) => fileCase(one, shared)),
    {
      ...next,
      async run(server) {
        try {
          return await next.run(server)
        } catch (error) {
          shared.servesOne = error instanceof LandlineError && error.code === "no_hub"
          throw error
        }
      },
    },
    ...robustCases.map((one) => fileCase(one, shared)),
    restartCase(
      "robust",
      async (server) => {
        await using trial = new FileTrial(server, shared)
        await trial.transfers(TEXT)
      },
      async (server) => {
        await using trial = new FileTrial(server, shared)
        const file = await trial.file(TEXT)
        await file.sendPaused(HALF_BYTES)
      },
    ),
  ]
}

const basicCases: readonly FileCase[] = [
  {
    name: "as-documented",
    demand: "basic",
    does: "Sends name<SEPARATOR>size, pauses, sends all 256 bytes that there are, and closes.",
    expects: "They are saved as recv-NAME, byte by byte, and the connection is closed without an answer.",
    onWire: CLOSED,
    cause:
      'The file is opened with "wb", written until recv() gives nothing, and closed; or --dir is not the folder where the server saves.',
    async run(trial) {
      const { attempt } = await trial.transfers(EVERY_BYTE)
      if (attempt.got.length > 0) end({ ...fail(attempt, "The server answered.", ""), cause: NO_ANSWER })
    },
  },
  {
    name: "glued",
    demand: "basic",
    does: "Sends header and data in one write, as the document's own client does in nearly every run.",
    expects: "The file is saved byte by byte.",
    cause:
      "One recv() took header and data together, so that what stands behind the separator is no number, and the first bytes of the file are lost: take the digits as the size, and write what follows them to the file.",
    run: async (trial) => {
      const file = await trial.file(TEXT)
      file.attempt.send(file.all)
      await file.isSaved()
      trial.shared.takesGlued = trial.shared.dir !== undefined
    },
  },
  {
    name: "larger",
    demand: "basic",
    does: `Sends a file of ${LARGER_BYTES.toLocaleString("en")} bytes.`,
    expects: "All of it is saved.",
    cause:
      "One recv() gives what is there and no more than asked for: call it in a loop until it gives nothing.",
    run: (trial) => trial.transfers(Uint8Array.from({ length: LARGER_BYTES }, (_, at) => at % 251)),
  },
  {
    name: "empty",
    demand: "basic",
    does: "Sends name<SEPARATOR>0, and closes.",
    expects: "A file of no bytes is saved.",
    cause: "The server waits for a first byte before it makes the file: make it once the header is read.",
    run: (trial) => trial.transfers(""),
  },
  {
    name: "path",
    demand: "basic",
    does: "Sends a file under the path that its sender typed, folder/sub/NAME.",
    expects: "It is saved as recv-NAME.",
    cause:
      "The sender's folders are not there: take os.path.basename(name), which keeps others' files safe as well.",
    run: (trial) => trial.transfers(TEXT, (name) => `folder/sub/${name}`),
  },
  {
    name: "non-ascii",
    demand: "basic",
    does: "Sends a file with letters in its name that have more than one byte.",
    expects: "It is saved under that name.",
    cause: "The header is UTF-8: decode it with .decode(), not as ASCII or Latin-1.",
    run: (trial) => trial.transfers(TEXT, (name) => `Größe 你好 ${name}`),
  },
]

// The document's own server takes one client and ends.
const nextClient: FileCase = {
  name: "next-client",
  demand: "robust",
  does: "Sends a file, and then another one on a new connection.",
  expects: "Both are saved.",
  onWire: "Both connections are taken and closed in time.",
  cause: "accept() is called once: put it and what follows it in a loop.",
  ended: "The server has ended with its first client.",
  async run(trial) {
    await trial.transfers(EVERY_BYTE)
    await trial.transfers(TEXT)
  },
}

const robustCases: readonly FileCase[] = [
  {
    name: "glued-digits",
    demand: "robust",
    does: "Sends header and data in one write, of a file that begins with digits.",
    expects: "The file is saved byte by byte.",
    cause:
      "The digits of the size run into those of the file: only the end of the connection shows where the size ends, as one count of digits alone fits what came.",
    run: async (trial) => {
      const file = await trial.file("2024-05-01 17\n")
      file.attempt.send(file.all)
      await file.isSaved()
    },
  },
  {
    name: "byte-by-byte",
    demand: "robust",
    does: "Sends header and data one byte at a time.",
    expects: "The file is saved byte by byte.",
    cause:
      "The first recv() gave a part of the header: read on until the separator is there, and after it until a byte comes that is no digit.",
    run: async (trial) => {
      const file = await trial.file("Slowly.\n")
      await file.attempt.sendApart(file.all)
      await file.isSaved()
    },
  },
  {
    name: "windows-path",
    demand: "robust",
    does: "Sends a file under a path of Windows, C:\\folder\\NAME.",
    expects: "It is saved as recv-NAME.",
    cause: "os.path.basename() knows only the separators of its own system: cut behind the last / or \\.",
    run: (trial) => trial.transfers(TEXT, (name) => `C:\\folder\\${name}`),
  },
  {
    name: "cut-short",
    demand: "robust",
    does: "Closes the connection before all bytes have come that the size says.",
    expects: "Nothing is to be seen under the file's name.",
    cause:
      "The server never compares what came with the size: write to another name, and rename it when as many bytes came as were declared.",
    run: async (trial) => {
      const file = await trial.file(TEXT)
      await file.sendPaused(HALF_BYTES)
      await file.isBrokenOff()
      await file.isNotSeen()
    },
  },
  {
    name: "second-client",
    demand: "robust",
    several: true,
    does: "Sends a whole file while the data of another client's is still on its way.",
    expects: "Both are saved.",
    onWire: "Both connections are taken and closed in time.",
    cause: "The server stays with one client until that is done: give each client a thread.",
    run: async (trial) => {
      const first = await trial.file(EVERY_BYTE)
      await first.sendPaused()
      await trial.transfers(TEXT)
      await first.isSaved()
    },
  },
  {
    name: "silent",
    demand: "robust",
    several: true,
    does: "Connects and sends nothing, while another client sends a file.",
    expects: "That file is saved.",
    onWire: GOES_ON,
    cause: "The server waits for the silent one's header alone: give each client a thread, and a timeout.",
    run: async (trial) => {
      await trial.server.connect()
      await trial.transfers(TEXT)
    },
  },
  {
    name: "hang-up",
    demand: "robust",
    several: true,
    does: "Closes a connection in the middle of the header; then another client sends a file.",
    expects: "That file is saved.",
    onWire: GOES_ON,
    cause:
      "split() gave no two parts and nobody caught the ValueError, or the server ends after one client: refuse that connection, and accept the next.",
    run: async (trial) => {
      const file = await trial.file(TEXT)
      file.attempt.send(file.header.subarray(0, -8))
      await file.isBrokenOff()
      await trial.transfers(TEXT)
      await file.isNotSeen()
    },
  },
  {
    name: "reset",
    demand: "robust",
    several: true,
    does: "Resets a connection in the middle of the data; then another client sends a file.",
    expects: "Nothing of the first is to be seen under its name, and the second is saved.",
    onWire: GOES_ON,
    cause:
      "recv() raises ConnectionResetError then, and nobody caught it; or what had come was left lying there as if it were the file.",
    run: async (trial) => {
      const file = await trial.file(TEXT)
      await file.sendPaused(HALF_BYTES)
      await sleep(READ_MS)
      file.attempt.reset()
      await trial.transfers(TEXT)
      await file.isNotSeen()
    },
  },
  {
    name: "not-utf-8",
    demand: "robust",
    several: true,
    does: "Sends a name that is no text, with the bytes ff fe in it; then another client sends a file.",
    expects: "The second is saved; the first may be refused.",
    onWire: GOES_ON,
    cause:
      "decode() raised UnicodeDecodeError, and nobody caught it: refuse that connection, and accept the next.",
    run: async (trial) => {
      const { attempt, all } = await trial.file(TEXT)
      attempt.send(concat([Uint8Array.of(0xff, 0xfe), all]))
      attempt.finish()
      await attempt.untilEnd(trial.server.timeoutMs)
      await trial.transfers(TEXT)
    },
  },
  {
    name: "wrong-input",
    demand: "robust",
    several: true,
    does: "Sends a size that is no number; then another client sends a file.",
    expects: "Nothing is saved of the first, and the second is.",
    onWire: GOES_ON,
    cause: "int() raised ValueError, and nobody caught it: close that connection, and accept the next.",
    run: async (trial) => {
      const file = await trial.file(TEXT)
      file.attempt.send(concat([file.header.subarray(0, -2), new TextEncoder().encode("many")]))
      await file.isBrokenOff()
      await trial.transfers(TEXT)
      await file.isNotSeen()
    },
  },
]
