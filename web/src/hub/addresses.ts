import { useEffect, useState } from "react"

/** Addresses of the hub for other machines, the one of this page first where it is one. */
export function useAddresses(): string[] {
  const [addresses, setAddresses] = useState<string[]>([location.origin])
  useEffect(() => {
    const asked = new AbortController()
    fetch("/hello", { signal: asked.signal })
      .then((response) => response.json())
      .then(({ addresses = [] }: { addresses?: string[] }) => {
        const others = addresses.filter((address) => address !== location.origin)
        const local = /^https?:\/\/(localhost|127\.|\[::1\])/.test(location.origin)
        setAddresses(local && others.length > 0 ? others : [location.origin, ...others])
      })
      .catch(() => {})
    return () => asked.abort()
  }, [])
  return addresses
}
