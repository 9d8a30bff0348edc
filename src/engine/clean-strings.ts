// Applies a function to every string inside a value, keys among them; used to take secrets out before anything is kept or shown.

/** A copy of `value` (JSON) with each string and each object key put through `clean`. */
export const cleanStrings = <T>(value: T, clean: (text: string) => string): T => {
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return clean(node)
    if (Array.isArray(node)) return node.map(walk)
    if (node === null || typeof node !== 'object') return node
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [clean(key), walk(child)]))
  }
  return walk(value) as T
}
