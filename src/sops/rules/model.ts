// What `.sops.yaml` says, as sops 3.13 reads it: the rules in their order, each with the recipients it gives. Source: sops config/config.go.
import type { Selection } from '../sealed/model.ts'

/** Keys that all open the same: of several groups each holds a share of the data key. */
export interface RuleGroup {
  /** Recipients of age, in the order sops writes them; SSH keys are among them. */
  readonly age: readonly string[]
  /** Keys beside age, for a reader: `pgp FBC7…`, `kms arn:…`. */
  readonly others: readonly string[]
}

export interface Fault {
  readonly line: number
  readonly why: string
}

export interface CreationRule {
  /** Place in `creation_rules`, from 0. */
  readonly index: number
  readonly line: number
  /** As written; undefined matches every file. */
  readonly pathRegex: string | undefined
  /** Whether it takes a path relative to its file's folder. Undefined where `path_regex` cannot be compiled: sops stops at it. */
  readonly matches: ((relative: string) => boolean) | undefined
  readonly groups: readonly RuleGroup[]
  /** As written; 0 where it is not. Of no effect with one group; with more, 0 means all of them. */
  readonly shamirThreshold: number
  readonly selection: Selection
  readonly macOnlyEncrypted: boolean
  /** Why sops refuses a file that comes to this rule. */
  readonly fault?: Fault
}

/** Spaces by level that sops writes with; undefined is its default. */
export interface Indents {
  readonly yaml?: number
  readonly json?: number
  readonly jsonBinary?: number
}

export interface RuleNote {
  readonly line: number
  readonly what: string
}

export interface RuleFile {
  /** Relative to the repository's root, with `/`. */
  readonly path: string
  /** Undefined where it has none: then sops asks for keys on the command line, and looks no further up. */
  readonly rules: readonly CreationRule[] | undefined
  readonly indents: Indents
  /** What sops passes over in silence: unknown keys, keys that have no effect. */
  readonly notes: readonly RuleNote[]
}
