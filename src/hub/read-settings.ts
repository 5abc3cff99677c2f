import { isIP } from "node:net"
import { LandlineError } from "../protocol/errors.ts"
import { type SettingName, type Settings, settings } from "./settings.ts"

/**
 * Settings from what was given, then the environment, then the defaults.
 * @throws LandlineError usage, with the setting and what is wrong with it
 */
export function readSettings(given: { [K in SettingName]?: unknown }, environment = process.env): Settings {
  const read = Object.entries(settings).map(([name, { schema, env, flag, help }]) => {
    const value = given[name as SettingName] ?? environment[env]
    const result = schema.safeParse(value === "" ? undefined : value)
    if (result.success) return [name, result.data]
    const words = `${flag.split(" ")[0]} cannot be ${JSON.stringify(value)}; it is the ${help}.`
    throw new LandlineError("usage", { setting: name }, words)
  })
  return refuseUnsafe(Object.fromEntries(read) as Settings)
}

/** Until invites exist, whoever reaches the hub is let in: on a network that must be wanted. */
function refuseUnsafe(read: Settings): Settings {
  if (isLocal(read) || read.open) return read
  throw new LandlineError(
    "usage",
    {},
    `On ${read.lan ? "all addresses" : read.host} everybody who reaches this hub could read and write. Add --open if that is what you want, or leave out ${read.lan ? "--lan" : "--host"}.`,
  )
}

/** Whether only programs of this machine reach the hub. */
export function isLocal({ host, lan }: Pick<Settings, "host" | "lan">): boolean {
  if (lan) return false
  const bare = host.replace(/^\[|\]$/g, "")
  return bare === "localhost" || bare === "::1" || (isIP(bare) === 4 && bare.startsWith("127."))
}
