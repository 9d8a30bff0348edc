// Sealed files and clones for the tests of src/actions/keys: what sops would have written, made by the cipher itself.
import { createHash, randomBytes } from 'node:crypto'
import { generateX25519Identity } from 'age-encryption'
import { OpsError } from '../../../../src/errors.ts'
import type { Git } from '../../../../src/ports/git.ts'
import { type Identity, parseIdentities } from '../../../../src/sops/keys/identities.ts'
import { additionalData, sealValue } from '../../../../src/sops/sealed/cipher.ts'
import { wrapFor } from '../../../../src/sops/sealed/keyring.ts'

const LAST_MODIFIED = '2026-11-20T00:00:00Z'

export async function newKey(): Promise<Identity> {
  const [identity] = await parseIdentities(await generateX25519Identity(), 'a test')
  if (identity === undefined) throw new Error('no identity')
  return identity
}

/** A YAML file with one value, sealed to these. */
export async function sealed(to: readonly Identity[], value = 'canary'): Promise<string> {
  const key = randomBytes(32)
  const seal = (text: string, additional: string): string => sealValue({ type: 'str', bytes: Buffer.from(text) }, key, additional)
  const entries = await Promise.all(to.map(({ recipient = '' }) => wrapFor(recipient, key)))
  const mac = createHash('sha512').update(value).digest('hex').toUpperCase()
  return `a: ${seal(value, additionalData(['a']))}
sops:
    age:
${entries.map(({ recipient, enc }) => `        - recipient: ${recipient}\n          enc: ${JSON.stringify(enc)}`).join('\n')}
    lastmodified: "${LAST_MODIFIED}"
    mac: ${seal(mac, LAST_MODIFIED)}
    version: 3.13.3
`
}

export const ROOT = '/clone'
export const HEAD = 'a'.repeat(40)

export interface Clone {
  /** What is committed; the work tree is the files of the context. */
  readonly committed: Readonly<Record<string, string>>
  /** Known to git, and not committed. */
  readonly added?: readonly string[]
  readonly edited?: readonly string[]
  readonly submodules?: readonly string[]
  /** Files of other commits, by their ids. */
  readonly earlier?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

const noCommit = (commit: string): OpsError =>
  new OpsError({ code: 'git-failed', message: `there is no commit ${commit}`, hints: ['look'] })

export function cloneOf({ committed, added = [], edited = [], submodules = [], earlier = {} }: Clone): Partial<Git> {
  const filesAt = (commit: string): Readonly<Record<string, string>> => {
    const files = commit === HEAD ? committed : earlier[commit]
    if (files === undefined) throw noCommit(commit)
    return files
  }
  const differing = (from: string, to: string): string[] => {
    const [one, other] = [filesAt(from), filesAt(to)]
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((path) => one[path] !== other[path])
  }
  return {
    root: async () => ROOT,
    head: async () => HEAD,
    remotes: async () => [{ name: 'origin', url: 'https://git.example/home.git' }],
    tracked: async () => [...Object.keys(committed), ...added, ...submodules].sort(),
    submodules: async () => [...submodules],
    changed: async (_dir, from, to) => (to === undefined ? [...edited] : differing(from, to)),
    filesAt: async (_dir, commit) => Object.keys(filesAt(commit)).sort(),
    holding: async (_dir, commit, text) => Object.keys(filesAt(commit)).filter((path) => filesAt(commit)[path]?.includes(text)),
    show: async (_dir, commit, path) => filesAt(commit)[path],
  }
}

export const inClone = (files: Readonly<Record<string, string>>): Map<string, string> =>
  new Map(Object.entries(files).map(([path, text]) => [`${ROOT}/${path}`, text]))

export const binary = (): OpsError => new OpsError({ code: 'file-binary', message: 'is not text', hints: ['is it the right file?'] })
