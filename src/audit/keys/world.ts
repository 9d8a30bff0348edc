// What the rules about keys are judged on: the text of the repository, its rules and sealed files, and of the cluster what a recipient can be told
// from. No private key and no clear value is in here.
import type { RepoFile } from '../../flux/files.ts'
import type { KubeObject } from '../../ports/kube.ts'
import type { NameOf } from '../../sops/recipient-names.ts'
import type { RuleFile } from '../../sops/rules/model.ts'
import type { SealedMetadata } from '../../sops/sealed/model.ts'
import type { AuditRule, Looked } from '../model.ts'

/** A file that sops has sealed, or that looks like one that was. */
export type SealedLook = { readonly path: string; readonly text: string } & (
  | { readonly metadata: SealedMetadata }
  /** `conflict`: it holds two versions of itself. */
  | { readonly damage: 'conflict' | 'empty' | 'broken'; readonly line?: number; readonly why: string }
)

export type SealedFile = Extract<SealedLook, { metadata: unknown }>

export type RuleLook = { readonly path: string } & ({ readonly file: RuleFile } | { readonly line?: number; readonly why: string })

/** `skipped`: it opens with no key that anybody gave. */
export type MacLook = { readonly status: 'holds' | 'mismatch' | 'none' | 'skipped' } | { readonly status: 'unknown'; readonly why: string }

/** An entry of a Secret with keys. Of its value only this is kept. */
export interface KeyEntry {
  readonly name: string
  /** Recipients of the age identities in it; undefined where it holds what is none. */
  readonly recipients: readonly string[] | undefined
}

export interface KeySecretLook {
  /** `namespace/name` */
  readonly id: string
  readonly usedBy: readonly string[]
  /** kustomize-controller takes it where a Kustomization names none; only `.agekey` counts in it. */
  readonly isGlobal: boolean
  readonly look:
    | { readonly status: 'found'; readonly entries: readonly KeyEntry[] }
    /** `elsewhere`: Secrets of the same name, `namespace/name`. */
    | { readonly status: 'missing'; readonly elsewhere: readonly string[] }
    | { readonly status: 'unread'; readonly why: string }
}

export interface ClusterLook {
  readonly context: string
  /** Kustomizations that apply a folder of this very repository; the folder is relative to its root. */
  readonly applied: readonly { readonly kustomization: KubeObject; readonly folder: string }[]
  /** Names of all Kustomizations, whatever they apply. */
  readonly kustomizations: readonly string[]
  readonly keySecrets: readonly KeySecretLook[]
  /** `namespace/name` that --sops-age-secret names. */
  readonly globalSecret: string | undefined
  /** Why it is not known whether there is such a Secret, where a Kustomization needs it; undefined when it is known. */
  readonly fallbackUnknown: string | undefined
  /** Of the running kustomize-controller: `v1.9.3`; undefined where none was found. */
  readonly kustomizeController: string | undefined
}

export interface KeysWorld {
  /** Tracked text files, sorted by path. */
  readonly files: readonly RepoFile[]
  /** Tracked files that are no text, or could not be read. */
  readonly unreadable: readonly { readonly path: string; readonly why: string; readonly isBinary: boolean }[]
  readonly sealed: readonly SealedLook[]
  readonly rules: readonly RuleLook[]
  /** Addresses of the clone, without credentials. */
  readonly remotes: readonly string[]
  readonly nameOf: NameOf
  /** What is wrong with `.flux-ops.yaml`. */
  readonly teamFile: readonly { readonly path: string; readonly line?: number; readonly why: string; readonly isBroken: boolean }[]
  readonly macOf: (path: string) => MacLook
  /** Recipients of the age identities that a sealed file holds; undefined where it could not be opened. */
  readonly keysIn: (path: string) => readonly string[] | undefined
  /** Of the sops on this machine; undefined where there is none. */
  readonly sopsVersion: string | undefined
  /** undefined: nobody wanted it to be asked. */
  readonly cluster: ClusterLook | { readonly unread: string } | undefined
}

export type KeysRule = AuditRule<KeysWorld>

export const sealedFiles = (world: KeysWorld): SealedFile[] => world.sealed.filter((look): look is SealedFile => 'metadata' in look)

export const ruleFiles = (world: KeysWorld): RuleFile[] => world.rules.flatMap((look) => ('file' in look ? [look.file] : []))

export const ageOf = ({ metadata }: Pick<SealedFile, 'metadata'>): string[] => [
  ...new Set(metadata.groups.flatMap((group) => group.age.map((entry) => entry.recipient))),
]

export const othersOf = ({ metadata }: Pick<SealedFile, 'metadata'>): string[] => [
  ...new Set(metadata.groups.flatMap((group) => group.others)),
]

export const NO_CLUSTER: Looked = { found: [], unknown: [], skipped: 'no cluster was asked' }

/** A rule that only a cluster can answer. */
export const ofCluster =
  (find: (cluster: ClusterLook, world: KeysWorld) => Looked) =>
  (world: KeysWorld): Looked => {
    if (world.cluster === undefined) return NO_CLUSTER
    return 'unread' in world.cluster ? { found: [], unknown: [{ cause: world.cluster.unread }] } : find(world.cluster, world)
  }

/** What more than one rule asks for, found out once: parsing is what takes the time. */
export function perWorld<T>(look: (world: KeysWorld) => T): (world: KeysWorld) => T {
  const known = new WeakMap<KeysWorld, { readonly value: T }>()
  return (world) => {
    const before = known.get(world)
    if (before !== undefined) return before.value
    const value = look(world)
    known.set(world, { value })
    return value
  }
}

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** A path or a name as a word of a command that somebody may copy. */
export function typed(word: string): string {
  if (/^[\w@%+=:,./][\w@%+=:,./-]*$/.test(word)) return word
  return `'${word.replace(/^-/, './-').replaceAll("'", `'\\''`)}'`
}

const SHOWN = 3

/** `a.yaml, b.yaml and 5 more` */
export const someOf = (names: readonly string[]): string =>
  names.length <= SHOWN + 1 ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`
