import { isJson, isText } from "../../../src/protocol/feeds.ts"
import { feedPath } from "./past.ts"
import { isRecord } from "./reading.ts"

/** Lines to type elsewhere that publish in a feed, or follow it. */
export interface FeedLines {
  readonly curlPublish: string
  readonly curlFollow: string
  readonly cliPublish: string
  readonly cliFollow: string
  readonly pythonPublish: string
  readonly pythonFollow: string
  readonly plainPublish: string
  readonly plainFollow: string
}

/** A word of a POSIX shell that means exactly this text. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** A string literal of Python; JSON's are. */
const pythonString = (text: string): string => JSON.stringify(text)

/** A JSON value as a literal of Python. */
export function pythonLiteral(value: unknown): string {
  if (value === null) return "None"
  if (typeof value === "boolean") return value ? "True" : "False"
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`
  if (isRecord(value))
    return `{${Object.entries(value)
      .map(([key, inner]) => `${pythonString(key)}: ${pythonLiteral(inner)}`)
      .join(", ")}}`
  return typeof value === "string" ? pythonString(value) : String(value)
}

const SAMPLE_MAX = 100

/**
 * A message to show how to publish: the feed's own where it is short and holds nothing that a terminal or a reader
 * could stumble over.
 */
export function sampleOf(type: string, latest: string | undefined): string {
  const fits =
    latest !== undefined &&
    latest.length <= SAMPLE_MAX &&
    /^[^\p{C}\p{Zl}\p{Zp}@][^\p{C}\p{Zl}\p{Zp}]*$/u.test(latest)
  if (fits && (!isJson(type) || survives(latest))) return latest
  return isJson(type) ? "21.5" : "hello"
}

/** Numbers of JSON can hold more digits than those of a program. */
const survives = (json: string): boolean => {
  try {
    JSON.parse(json)
    return !/\d{16}|\de[+-]?\d/i.test(json)
  } catch {
    return false
  }
}

/** `hub.lan:7300`, or the whole address where a program would otherwise assume another port or no TLS. */
export function hubWord(origin: string): string {
  const { protocol, host, port } = new URL(origin)
  return protocol === "http:" && port !== "" ? host : origin
}

/** @param origin the hub's address @param sample see sampleOf; not used for bytes */
export function linesOf(origin: string, feed: string, type: string, sample: string): FeedLines {
  const address = origin + feedPath(feed)
  const url = shellWord(address)
  const hub = shellWord(hubWord(origin))
  const name = shellWord(feed)
  const [pyUrl, pyFeed, pyHub] = [address, feed, origin].map(pythonString)
  const common = {
    curlFollow: `curl -N -H 'Accept: text/event-stream' ${url}`,
    cliFollow: `npx landline follow ${name} --hub ${hub}`,
    pythonFollow: [
      "from landline import Hub",
      `for message in Hub(${pyHub}).follow(${pyFeed}):`,
      "    print(message.value)",
    ].join("\n"),
    plainFollow: [
      "import json, urllib.request",
      `request = urllib.request.Request(${pyUrl}, headers={"Accept": "text/event-stream"})`,
      "for line in urllib.request.urlopen(request):",
      '    message = json.loads(line[5:]) if line.startswith(b"data:") else {}',
      '    if "text" in message:',
      '        print(message["text"])',
    ].join("\n"),
  }
  if (!isText(type)) return { ...common, ...bytesLines(url, pyUrl!, pyFeed!, pyHub!, type) }
  const value = isJson(type) ? pythonLiteral(JSON.parse(sample)) : pythonString(sample)
  return {
    ...common,
    curlPublish: `curl -d ${shellWord(sample)} ${url}`,
    cliPublish: `printf '%s\\n' ${shellWord(sample)} | npx landline publish ${name} --hub ${hub}`,
    pythonPublish: ["from landline import Hub", `Hub(${pyHub}).publish(${pyFeed}, ${value})`].join("\n"),
    plainPublish: [
      "import urllib.request",
      `urllib.request.urlopen(${pyUrl}, data=${pythonString(sample)}.encode())`,
    ].join("\n"),
  }
}

function bytesLines(url: string, pyUrl: string, pyFeed: string, pyHub: string, type: string) {
  const header = `Content-Type: ${type}`
  return {
    curlPublish: `printf '\\001\\002\\377' | curl -H ${shellWord(header)} --data-binary @- ${url}`,
    cliPublish: "",
    pythonPublish: [
      "from landline import Hub",
      `Hub(${pyHub}).publish(${pyFeed}, b"\\x01\\x02\\xff", type=${pythonString(type)})`,
    ].join("\n"),
    plainPublish: [
      "import urllib.request",
      `headers = {"Content-Type": ${pythonString(type)}}`,
      `request = urllib.request.Request(${pyUrl}, data=b"\\x01\\x02\\xff", headers=headers)`,
      "urllib.request.urlopen(request)",
    ].join("\n"),
  }
}
