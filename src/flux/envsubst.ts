// Variables in a text as kustomize-controller's post-build substitution reads them, without their values. The grammar is that of
// github.com/fluxcd/pkg/envsubst (parse/parse.go, parse/scan.go, template.go at v1.7.0): `${name}`, `${#name}`, `${name OP word}`; outside of
// an expression `$$` stands for one `$`, so that `$${name}` is no expression. Words may hold expressions of their own, which are always evaluated.

export interface Reference {
  readonly name: string
  /** Its operator gives a value of its own where the variable is not set: `:-`, `:=`, `:?`, `:+`, `=`. Strict substitution does not ask for it. */
  readonly defaulted: boolean
  /** Offset of the `$` in the text. */
  readonly at: number
}

/** The text cannot be substituted at all, by no version of Flux. */
export class BadSubstitution extends Error {
  readonly at: number
  constructor(at: number) {
    super('is no expression that Flux understands')
    this.at = at
  }
}

const NAME = /[\p{L}\p{N}_]+/uy
const DEFAULT = /:[-=?+]|=/y
const CASE = /[,^]{1,2}/y
const REPLACE = /\/[/#%]?/y
const REMOVE = /#{1,2}|%{1,2}/y

class Reader {
  readonly found: Reference[] = []
  private at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  all(): Reference[] {
    for (let next = this.text.indexOf('$'); next >= 0; next = this.text.indexOf('$', this.at)) {
      const after = this.text[next + 1]
      this.at = next + (after === '$' ? 2 : 1)
      if (after !== '{') continue
      this.at = next
      this.expression()
    }
    return this.found.sort((one, other) => one.at - other.at)
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const taken = pattern.exec(this.text)?.[0]
    if (taken !== undefined) this.at += taken.length
    return taken
  }

  private must(pattern: RegExp): string {
    return this.take(pattern) ?? this.bad()
  }

  private bad(): never {
    throw new BadSubstitution(this.at)
  }

  private expression(): void {
    const at = this.at
    this.at += 2
    if (this.take(/#/y) !== undefined) {
      this.add(this.must(NAME), false, at)
      this.must(/\}/y)
      return
    }
    const name = this.must(NAME)
    const defaulted = this.take(DEFAULT) !== undefined
    this.add(name, defaulted, at)
    if (defaulted) this.words()
    else this.operator()
  }

  private add(name: string, defaulted: boolean, at: number): void {
    this.found.push({ name, defaulted, at })
  }

  private operator(): void {
    if (this.take(/:/y) !== undefined) {
      this.word(/[^:}]/y)
      if (this.take(/:+/y) !== undefined) this.word(/[^}]/y)
    } else if (this.take(CASE) === undefined) {
      if (this.take(REPLACE) !== undefined) this.replacement()
      else if (this.take(REMOVE) !== undefined) this.word(/[^}]/y)
    }
    this.must(/\}/y)
  }

  private replacement(): void {
    this.word(/\$\$|\\[/\\]|[^/]/y)
    this.must(/\/+/y)
    if (this.text[this.at] !== '}') this.word(/\$\$|\\[/\\]|[^}]/y)
  }

  /** One expression, or at least one letter up to what ends the word or to the next expression. */
  private word(letter: RegExp): void {
    if (this.text.startsWith('${', this.at)) {
      this.expression()
      return
    }
    this.must(letter)
    while (!this.text.startsWith('${', this.at) && this.take(letter) !== undefined);
  }

  private words(): void {
    while (this.take(/\}/y) === undefined) this.word(/[^}]/y)
  }
}

/** Every variable the text asks for, in order. Throws BadSubstitution. */
export const references = (text: string): Reference[] => new Reader(text).all()
