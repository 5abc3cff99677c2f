import { useEffect, useState } from "react"

/** The host of an address, as programs take it: without brackets. */
export const hostOf = (address: string): string => new URL(address).hostname.replace(/^\[|\]$/g, "")

/** Whether a host is this computer, to itself. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || host === "::1" || /^127(\.\d+){3}$/.test(host)

/** Addresses of the hub for other machines, the one of this page first where it is one. */
export function useAddresses(): string[] {
  const [addresses, setAddresses] = useState<string[]>([location.origin])
  useEffect(() => {
    const asked = new AbortController()
    fetch("/hello", { signal: asked.signal })
      .then((response) => response.json())
      .then(({ addresses = [] }: { addresses?: string[] }) => {
        const others = addresses.filter((address) => address !== location.origin)
        const isLocal = isLoopback(hostOf(location.origin))
        setAddresses(isLocal && others.length > 0 ? others : [location.origin, ...others])
      })
      .catch(() => {})
    return () => asked.abort()
  }, [])
  return addresses
}
