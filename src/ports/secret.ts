// A secret value that cannot be printed by accident. `reveal` is called by adapters only, at the point of hand-over.

const HIDDEN = '[redacted]'

export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN
  }
}

/** Removes known secrets, and text that has the shape of one, from anything that is about to be shown or stored. */
export interface Redactor {
  /** Values shorter than 6 characters are not registered: they would blank out ordinary words. */
  register(secret: Secret | string): void
  clean(text: string): string
}
