import type { LabServiceName } from "./records.ts"

/** A first program for a service, for whoever has Python and a shell and nothing else. */
export interface Starter {
  /** What it does, in a few words. */
  readonly about: string
  /** Its statements, each of which is a line, or follows the one before after `; `. */
  readonly statements: readonly string[]
}

// All of it is put into double quotes, which every shell takes: so it has none of " $ ` and no ! either, by which
// bash and zsh call up earlier commands.
const PROGRAMS: Record<LabServiceName, Starter> = {
  ping: {
    about: "PING is answered with PONG",
    statements: ["s.send(b'PING')", "print(s.recv(1024).decode())"],
  },
  sum: {
    about: "a name and a number, answered with both of the server",
    statements: ["s.send(b'ada,25')", "print(s.recv(1024).decode())"],
  },
  hello: {
    about: "the server greets first",
    statements: ["print(s.recv(1024).decode())", "s.send(b'Hello from Python')"],
  },
  feed: {
    about: "a WebSocket; every second a person or 100 numbers",
    statements: [
      "s.send(b'GET / HTTP/1.1\\r\\nHost: hub\\r\\nUpgrade: websocket\\r\\n')",
      "s.send(b'Connection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\n')",
      "s.send(b'Sec-WebSocket-Key: bGFuZGxpbmUgaXMgZnVuIQ==\\r\\n\\r\\n')",
      "print(s.recv(1024).decode())",
      "print(s.recv(1024))",
    ],
  },
  chat: {
    about: "the length in ten bytes, then the text: first your name",
    statements: ["s.send(b'3'.ljust(10) + b'ada')", "s.send(b'5'.ljust(10) + b'hello')"],
  },
  file: {
    about: "name and size, a pause, then the bytes",
    statements: ["s.send(b'hello.txt<SEPARATOR>5')", "import time", "time.sleep(0.5)", "s.send(b'hello')"],
  },
}

/** The starter of a service. @param host an address or a name that is safe as it stands */
export function starter(service: LabServiceName, host: string, port: number): Starter {
  const { about, statements } = PROGRAMS[service]
  const connected = `s = socket.create_connection(('${host}', ${port}))`
  return { about, statements: ["import socket", connected, ...statements] }
}

/**
 * What to type to run it: one line, or as many as it takes where none is to be longer than `columns`. A shell takes
 * either as it stands.
 */
export function starterLines({ statements }: Starter, columns = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = []
  let line = `python3 -c "${statements[0]}`
  for (const statement of statements.slice(1)) {
    const longer = `${line}; ${statement}`
    if (longer.length < columns)
      line = longer // and room for the last quote
    else {
      lines.push(line)
      line = statement
    }
  }
  return [...lines, `${line}"`]
}
