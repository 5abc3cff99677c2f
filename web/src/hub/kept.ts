/**
 * What this browser keeps between visits, as JSON under `landline.KEY`. Where the browser keeps nothing (a private
 * window, a full disk) it is kept until the page goes.
 */
const unkept = new Map<string, string>()

export function kept<T>(key: string, fallback: T): T {
  const name = `landline.${key}`
  try {
    const text = unkept.get(name) ?? localStorage.getItem(name)
    return text === null ? fallback : (JSON.parse(text) as T)
  } catch {
    return fallback
  }
}

export function keep(key: string, value: unknown): void {
  const name = `landline.${key}`
  const text = JSON.stringify(value)
  try {
    if (value === undefined) localStorage.removeItem(name)
    else localStorage.setItem(name, text)
    unkept.delete(name)
  } catch {
    if (value === undefined) unkept.delete(name)
    else unkept.set(name, text)
  }
}
