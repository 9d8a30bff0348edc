// The wizard is data: questions that know what they ask, why, what they suggest, and which fields of the file an answer becomes. An answer is always the text that a
// person could have typed, so that going back, beginning from a file and testing need no second form of it.
import type { Draft } from '../../cluster-file/rules/model.ts'
import type { ClusterFileInput } from '../../cluster-file/schema.ts'
import type { Facts, Need } from './facts.ts'

export type Id =
  | 'context'
  | 'cluster'
  | 'name'
  | 'version'
  | 'style'
  | 'url'
  | 'insecure'
  | 'forgeHost'
  | 'forgeRepository'
  | 'forgeOwner'
  | 'branch'
  | 'path'
  | 'access'
  | 'keyFile'
  | 'keyPassphrase'
  | 'token'
  | 'hostKeys'
  | 'sopsKey'
  | 'sopsOpens'
  | 'sopsFile'
  | 'sopsIdentity'
  | 'sopsPassphrase'
  | 'sopsShares'
  | 'backupHow'
  | 'recipients'
  | 'shares'
  | 'backupPassphrase'
  | 'backupOut'
  | 'layout'
  | 'sampleApp'
  | 'ci'
  | 'publish'

export type Answers = { readonly [Each in Id]?: string }

/** Values of the file by the path of their field, `git.auth.ssh.generate`. */
export type Fields = Readonly<Record<string, unknown>>

export interface Choice {
  readonly value: string
  readonly label: string
  readonly detail?: string
}

/** The answer in the spelling that is kept, or what is wrong with it and what to type instead. */
export type Parsed = { readonly text: string } | { readonly problem: string; readonly hint: string }

export interface Question {
  readonly id: Id
  /** One or two words, for the list of answers. */
  readonly name: string
  readonly ask: string
  /** One line. */
  readonly why: string
  readonly help: readonly string[]
  readonly needs?: Need
  /** What an answer names on this machine: whether it is there is told, and decides nothing. */
  readonly names?: 'file' | 'variable'
  /** '' is an answer. */
  readonly optional?: boolean
  /** What is in no list may be typed. */
  readonly open?: boolean
  when?(answers: Answers): boolean
  /** What the answer is about: of something else it is no answer. */
  about?(answers: Answers): string
  /** `last`: what was answered about the same before, or stands in the file that was begun with. */
  notes?(facts: Facts, answers: Answers, last: string | undefined): readonly string[]
  /** Empty: the answer is typed. */
  choices?(facts: Facts, answers: Answers): readonly Choice[]
  /** Where `last` is no answer any more. undefined: Enter alone answers nothing. */
  preset?(facts: Facts, answers: Answers, last: string | undefined): string | undefined
  parse?(text: string, facts: Facts, answers: Answers): Parsed
  /** Fields that an answer decides, written or left out. */
  readonly owns: readonly string[]
  fields(text: string, answers: Answers): Fields
  /** The answer that such a file gives. */
  read(file: Draft<ClusterFileInput>): string | undefined
}

/** What is put before a person; nothing of it is safe to draw as it is. */
export interface Prompt {
  readonly name: string
  readonly ask: string
  readonly why: string
  readonly help: readonly string[]
  readonly notes: readonly string[]
  readonly choices: readonly Choice[]
  readonly open: boolean
  readonly optional: boolean
  readonly preset: string | undefined
  check(text: string): Parsed
}

export const BACK = Symbol('back')

export interface Asker {
  say(lines: readonly string[]): void
  /** A text that passed its check, or BACK. Throws OpsError `interrupted`. */
  ask(prompt: Prompt): Promise<string | typeof BACK>
}
