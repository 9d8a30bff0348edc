// What is wrong in a cluster file. A value is repeated only where it has the shape that its field asks for: anything else may be a secret
// that slipped into the wrong line.

export interface Problem {
  /** Where in the text, and where it ends. */
  readonly from: number
  readonly to: number
  readonly what: string
  /** What to write instead. */
  readonly hint: string
  /** The field that it is about; undefined of what is about the text. */
  readonly path?: readonly PropertyKey[]
}

/** `git.auth.ssh.hostKeys[0]`. */
export const fieldName = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (name, step) => (typeof step === 'number' ? `${name}[${step}]` : `${name}${name === '' ? '' : '.'}${String(step)}`),
    '',
  )

/** By place; of two at one place the one that was found first. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems
    .filter(({ from, what }) => {
      const key = `${from} ${what}`
      return seen.has(key) ? false : seen.add(key)
    })
    .sort((a, b) => a.from - b.from)
}
