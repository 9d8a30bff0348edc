// Kubernetes quantities, as far as resourceFieldRef needs them.
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 0.001,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/** `1Gi` -> 1073741824, `500m` -> 0.5. Throws for what is no quantity. */
export function parseQuantity(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)$/.exec(text.trim())
  const unit = UNITS[match?.[2] ?? '']
  if (match?.[1] === undefined || unit === undefined) throw new Error(`not a quantity: ${text}`)
  return Number(match[1]) * unit
}

/** A resource as an environment variable has it: in units of `divisor`, rounded up. */
export const resourceValue = (quantity: string, divisor = '1'): string =>
  String(Math.ceil(parseQuantity(quantity) / (parseQuantity(divisor) || 1)))
