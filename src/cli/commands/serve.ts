import { flushCompileCache } from "node:module"
import { isIPv6 } from "node:net"
import { networkInterfaces } from "node:os"
import { setFlagsFromString } from "node:v8"
import type { Command } from "commander"
import type { Hub } from "../../hub/hub.ts"
import { describeSettings, type SettingName } from "../../hub/settings.ts"
import { printableLine } from "../../protocol/text.ts"

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
function greeting({ address, port, settings, lab }: Hub): string {
  const addresses = [
    address,
    ...networkAddresses(settings).map((host) => `http://${isIPv6(host) ? `[${host}]` : host}:${port}`),
  ]
  const at = port === 7300 ? "" : ` --hub localhost:${port}`
  const services = lab.map(
    ({ service, port }) => `  ${service.padEnd(9)} ${settings.lan ? "port" : settings.host} ${port}`,
  )
  return [
    "",
    `${printableLine(settings.name)} is at ${addresses.join(", ")}`,
    "",
    `  browser   ${addresses.at(-1)}`,
    `  terminal  npx landline chat${at}`,
    `  script    curl -d 'hello' ${address}/rooms/lobby`,
    `  file      curl -T FILE ${address}/files/`,
    `  feed      curl -d 21.5 ${address}/feeds/temp`,
    ...(services.length > 0
      ? ["", `The lab is open; its programs talk in ${settings.labRoom}:`, ...services]
      : []),
    "",
    settings.data === ":memory:"
      ? "Nothing is kept when it stops. Ctrl-C stops it."
      : `What is said and sent is kept in ${settings.data}. Ctrl-C stops the hub.`,
    "",
    "",
  ].join("\n")
}

/** Addresses by which other machines reach a hub that listens on all of them. */
function networkAddresses({ lan, host }: Hub["settings"]): string[] {
  if (!lan) return host === "127.0.0.1" || host === "localhost" ? [] : [host]
  return Object.values(networkInterfaces())
    .flat()
    .filter((address) => address && !address.internal && address.family === "IPv4")
    .map((address) => address!.address)
}
