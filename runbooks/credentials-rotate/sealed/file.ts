// One sealed file that is a Secret: opened by sops in memory, and given other values by sops on a copy in a private folder, which is sealed before and after.
// Recipients, rules, comments and every other value stay as they are.
import { parseAllDocuments } from 'yaml'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { Secret } from '../../../src/ports/secret.ts'
import { metadataOf, readSealed } from '../../../src/sops/sealed/read.ts'
import { clear, type Data, encoded, type Kind, MAIN } from '../credential.ts'

interface Manifest {
  readonly apiVersion?: unknown
  readonly kind?: unknown
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown }
  readonly data?: unknown
  readonly stringData?: unknown
  readonly sops?: unknown
}

/** Documents as data; [] for what is no YAML. */
export function parsed(text: string): Manifest[] {
  try {
    return parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false }).flatMap((document) => {
      const value: unknown = document.contents === null ? undefined : document.toJS({ maxAliasCount: 100 })
      return typeof value === 'object' && value !== null ? [value as Manifest] : []
    })
  } catch {
    return []
  }
}

/** `id`: namespace/name. A manifest without a namespace gets it from a kustomization. */
export function isSecret({ kind, metadata }: Manifest, id: string): boolean {
  const [namespace, name] = id.split('/')
  return kind === 'Secret' && metadata?.name === name && (metadata?.namespace === undefined || metadata.namespace === namespace)
}

type Exec = Pick<ReadContext, 'exec'>
/** null takes an entry out. */
type Change = Readonly<Record<string, string | null>>

export interface Sealed {
  readonly path: string
  readonly text: string
  /** Keys for sops, beside those that it finds by itself. */
  readonly env: Readonly<Record<string, Secret>>
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const strings = (value: unknown): [string, string][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    : []

async function decrypted(ctx: Exec, { path, text, env }: Sealed): Promise<Manifest> {
  const name = nameOf(path)
  const args = ['decrypt', '--input-type', 'yaml', '--output-type', 'yaml', name]
  const { stdout } = await ctx.exec.run({
    tool: 'sops',
    args,
    effect: 'read',
    env,
    scratch: { files: { [name]: text } },
    timeoutMs: 60_000,
  })
  return parsed(stdout)[0] ?? {}
}

/** As the API server would have it: `stringData` goes over `data`. */
const dataOf = ({ data, stringData }: Manifest): Data =>
  Object.fromEntries([...strings(data), ...strings(stringData).map(([name, value]) => [name, encoded(value)] as const)])

/** Throws OpsError `tool-failed` where no key at hand opens it or its MAC does not hold, and `tool-missing`. */
export const openCopy = async (ctx: Exec, sealed: Sealed): Promise<Data> => dataOf(await decrypted(ctx, sealed))

type Section = 'data' | 'stringData'

const sectionOf = (manifest: Manifest, name: string): Section | undefined =>
  (['stringData', 'data'] as const).find((section) => strings(manifest[section]).some(([key]) => key === name))

async function edit(ctx: Exec, sealed: Sealed, args: (name: string) => string[], stdin?: Secret): Promise<Sealed> {
  const name = nameOf(sealed.path)
  const { left } = await ctx.exec.run({
    tool: 'sops',
    args: args(name),
    effect: 'read',
    env: sealed.env,
    scratch: { files: { [name]: sealed.text }, collect: true },
    timeoutMs: 60_000,
    ...(stdin !== undefined && { stdin }),
  })
  return { ...sealed, text: left?.[name] ?? '' }
}

const index = (section: Section, name: string): string => `["${section}"]["${name}"]`

const notSame = (path: string, what: string): OpsError =>
  new OpsError({ code: 'sealed-otherwise', message: `${path}: ${what}; it was left as it is`, hints: [`seal it by hand:  sops ${path}`] })

const recipientsOf = (path: string, text: string): string => {
  const file = readSealed(path, text)
  return JSON.stringify(
    (file && metadataOf(file)?.groups.map(({ age, others }) => [age.map(({ recipient }) => recipient), others])) ?? null,
  )
}

/** Everything of a manifest that is no value of the Secret. */
const frame = ({ data: _data, stringData: _strings, sops: _sops, ...rest }: Manifest): string => JSON.stringify(rest)

/** A user name and a public key are no secrets. */
const isSecretEntry = (name: string): boolean => name !== 'username' && name !== 'identity.pub'

/** Sealed to the same, with what was wanted and nothing else changed, and no new value to be read in it. */
async function assertRight(ctx: Exec, before: Sealed, after: Sealed, change: Change): Promise<void> {
  const { path } = before
  if (recipientsOf(path, before.text) !== recipientsOf(path, after.text)) throw notSame(path, 'sops sealed it to others than before')
  const [was, is] = [await decrypted(ctx, before), await decrypted(ctx, after)]
  const [old, now] = [dataOf(was), dataOf(is)]
  const wanted = (name: string): string | undefined => {
    const value = change[name]
    return value === undefined ? clear(old, name) : value === null ? undefined : clear({ [name]: value }, name)
  }
  const names = Object.keys({ ...old, ...now, ...change })
  if (frame(was) !== frame(is) || names.some((name) => clear(now, name) !== wanted(name)))
    throw notSame(path, 'sops changed more than was asked for')
  const open = Object.entries(change).find(
    ([name, value]) =>
      isSecretEntry(name) &&
      value !== null &&
      [value, (wanted(name) ?? '').trim()].some((text) => text !== '' && after.text.includes(text)),
  )
  if (open !== undefined) throw notSame(path, `${open[0]} would stand in it in clear: its rule does not seal it`)
}

/**
 * The file with another credential. Throws OpsError `sealed-otherwise`, and `tool-failed` also of a sops that is too old
 * to be given a value by standard input (before 3.11).
 */
export async function withValues(ctx: Exec, sealed: Sealed, kind: Kind, change: Change): Promise<string> {
  const manifest = await decrypted(ctx, sealed)
  const home = sectionOf(manifest, MAIN[kind]) ?? 'stringData'
  let now = sealed
  for (const [name, value] of Object.entries(change)) {
    const section = sectionOf(manifest, name)
    if (value === null) {
      if (section !== undefined) now = await edit(ctx, now, (file) => ['unset', file, index(section, name)])
      continue
    }
    const into = section ?? home
    const text = into === 'data' ? value : (clear({ [name]: value }, name) ?? '')
    now = await edit(ctx, now, (file) => ['set', '--value-stdin', file, index(into, name)], new Secret(JSON.stringify(text)))
  }
  await assertRight(ctx, sealed, now, change)
  return now.text
}
