import { flushCompileCache } from "node:module"
import { setFlagsFromString } from "node:v8"
import type { Command } from "commander"
import type { Hub } from "../../hub/hub.ts"
import { describeSettings, type SettingName } from "../../hub/settings.ts"
import { LOBBY } from "../../protocol/names.ts"
import { printableLine } from "../../protocol/text.ts"
import { cardLines } from "../lab/card.ts"
import { qrLines } from "../qr.ts"

const EXAMPLES = `
Examples:
  landline serve                        a hub at http://localhost:7300, for this machine
  landline serve --lan --open           for everybody on this network
  landline serve --lab                  with the coursework protocols on their own ports`

export function register(program: Command): void {
  const serve = program.command("serve").summary("run a hub").description("Runs a hub until Ctrl-C.")
  for (const { flag, env, preset, help } of describeSettings())
    serve.option(flag, `${help} (${preset && `default ${preset}, or `}${env})`)
  serve.addHelpText("after", EXAMPLES).action(run)
}

async function run(given: { [K in SettingName]?: unknown }): Promise<void> {
  // Only this command needs the hub; the others start faster without it.
  const [{ startHub }, { default: pino }, { default: pretty }] = await Promise.all([
    import("../../hub/hub.ts"),
    import("pino"),
    import("pino-pretty"),
  ])
  const stderr = process.stderr.isTTY
    ? pretty({ destination: 2, sync: true })
    : pino.destination({ dest: 2, sync: true })
  const logger = pino({ level: "info", base: null }, stderr)
  const labOutput = (line: string) => void process.stdout.write(`${line}\n`)
  const hub = await startHub(given, { logger, labOutput })

  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  // A signal to a whole group of processes may come twice; the second must not cut the stop short.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop())
  // V8 doubles its space for young objects with each wave of connections and keeps it: 40 MiB for 5,000 of them,
  // more than all they need while idle. What it has after the start is enough. And it lets old garbage pile up to
  // several times what lives: a quarter costs no speed that can be measured.
  setFlagsFromString("--semi-space-growth-factor=1")
  setFlagsFromString("--heap-growing-percent=25")
  flushCompileCache() // now, since a hub may end by kill -9
  process.stdout.write(greeting(hub))
  if (hub.settings.open) process.stderr.write(OPEN_WARNING)
  await stopped
  await hub.close()
  const kept = hub.settings.data === ":memory:" ? "" : " Everything that was said is kept."
  process.stdout.write(`The hub has stopped.${kept}\n`)
}

const OPEN_WARNING =
  "Warning: this hub is open. Everybody who reaches this address can read and write in every room.\n"

/** Where the hub listens, and the ways in. */
function greeting({ settings, hosts, addresses, lab, labRoom: room, startRoom }: Hub): string {
  const [here] = addresses as [string]
  // What others type as well comes first, where there is any such address.
  const [first, ...others] = addresses.length > 1 ? addresses.slice(1) : addresses
  const at = here === "http://localhost:7300" ? "" : ` --hub ${here.replace("http://", "")}`
  const begin = encodeURIComponent(startRoom)
  const file = startRoom === LOBBY ? `${here}/files/` : `'${here}/files/FILE?room=${begin}'`
  const { name, data } = settings
  const card = { name, addresses: [first!, ...others], host: hosts[1] ?? hosts[0]!, services: lab, room }
  return [
    "",
    `${printableLine(name)} is at ${addresses.join(", ")}`,
    "",
    `  browser   ${first}`,
    `  terminal  npx landline chat${at}`,
    `  script    curl -d 'hello' ${here}/rooms/${begin}`,
    `  file      curl -T FILE ${file}`,
    `  feed      curl -d 21.5 ${here}/feeds/temp`,
    ...(process.stdout.isTTY && addresses.length > 1 ? ["", ...qrLines(first!)] : []),
    ...(lab.length > 0 ? ["", ...cardLines(card, process.stdout.columns, hasColours())] : []),
    "",
    data === ":memory:"
      ? "Nothing is kept when it stops. Ctrl-C stops it."
      : `What is said and sent is kept in ${data}. Ctrl-C stops the hub.`,
    "",
    "",
  ].join("\n")
}

const hasColours = (): boolean => process.stdout.isTTY && process.stdout.hasColors()
