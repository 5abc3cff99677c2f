import { networkInterfaces } from "node:os"
import { fail, type Judged, pass } from "../../client/check/row.ts"
import { list } from "../../client/check/words.ts"
import type { Step } from "./row.ts"

export interface InterfaceFacts {
  /** Ways out of this computer that are up. */
  readonly up: readonly { readonly name: string; readonly addresses: readonly string[] }[]
}

/** Is this computer connected to anything at all? */
export const interfaceStep: Step<"interface"> = {
  title: "your network",
  doing: "looking at this computer's own network",
  needs: [],
  run: async () => ({ up: interfacesUp() }),
  judge({ up }, { target }): Judged {
    const names = up.map(({ name, addresses }) => `${name} (${addresses[0]})`)
    if (target.local) return pass("The hub is on this computer itself: no cable or Wi-Fi is needed.")
    if (up.length === 0)
      return fail("This computer is connected to no network: no cable, Wi-Fi or modem is up.")
    return pass(`This computer is connected: ${list(names)}.`)
  },
}

function interfacesUp(): InterfaceFacts["up"] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => {
    const out = addresses.filter(({ internal }) => !internal).map(({ address }) => address)
    return out.length > 0 ? [{ name, addresses: out }] : []
  })
}

/** The interface that has this address of our own, such as `eth0`. */
export function interfaceOf(address: string): string | undefined {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "").replace(/%.*/, "")
  const found = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some((own) => own.address === plain),
  )
  return found?.[0]
}
