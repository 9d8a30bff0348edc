// A Secret whose values stand in git as they are: everybody who can read the repository, now or later, has them.
import { isMap, isScalar, isSeq, type Scalar } from 'yaml'
import type { RepoFile } from '../../flux/files.ts'
import { resolvePath } from '../../flux/kustomization-paths.ts'
import { nodeAt, objectsThatMention, offsetOf, placeOf, scalarText, type YamlObject } from '../../flux/yaml-objects.ts'
import { folderOf } from '../../sops/rules/rule-for.ts'
import { type Found, foundOnly, together } from '../model.ts'
import { type SecretObject, secretsIn } from './secret-objects.ts'
import { type KeysRule, type KeysWorld, sealedFiles, someOf, typed } from './world.ts'

/** Certificates, host keys, the public half of a pair: what these hold is shown to everybody anyway. */
const PUBLIC = /(?:^|\.)(?:ca\.crt|tls\.crt|crt|pub|known_hosts)$|^(?:knownHosts|caFile)$/

const isPublic = (key: string): boolean => PUBLIC.test(key)

function clearSecret(secret: SecretObject): Found[] {
  if (secret.isSealed) return []
  const clear = secret.entries.filter(({ state, key }) => state === 'clear' && !isPublic(key))
  const [first] = clear
  if (first === undefined) return []
  const what = `Secret ${secret.name} has ${someOf(clear.map(({ field }) => field))} in clear`
  return [{ where: { path: secret.path, line: first.line }, what, fix: sealing(secret.path) }]
}

const sealing = (path: string): string => `sops encrypt --in-place ${typed(path)}`

const lineAt = (object: YamlObject, node: unknown): number => placeOf(object.part.file.text, offsetOf(object, node)).line

interface Source {
  readonly path: string
  readonly line: number
  readonly name: string
}

/** What `secretGenerator` of a kustomization takes: values beside it, and files of which it makes some. */
function generated(object: YamlObject): { literals: Found[]; sources: Source[] } {
  const list = nodeAt(object, ['secretGenerator'])
  const literals: Found[] = []
  const sources: Source[] = []
  const path = object.part.file.path
  for (const generator of isSeq(list) ? list.items.filter(isMap) : []) {
    const of = { ...object, map: generator }
    const name = scalarText((nodeAt(of, ['name']) as Scalar | undefined) ?? ({ value: '' } as Scalar))
    const texts = (field: string): Scalar[] => {
      const found = nodeAt(of, [field])
      return isSeq(found) ? found.items.filter((item): item is Scalar => isScalar(item)) : []
    }
    for (const literal of texts('literals')) {
      const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(scalarText(literal)) ?? []
      if (value === '' || /^["']?\$\{|\{\{/.test(value) || isPublic(key)) continue
      const fix = 'put it into a file that sops seals, and name that under files or envs'
      literals.push({ where: { path, line: lineAt(object, literal) }, what: `secretGenerator ${name} has ${key} in clear`, fix })
    }
    for (const source of ['files', 'envs'].flatMap(texts)) {
      const [key = '', named] = scalarText(source).split('=')
      const target = resolvePath(folderOf(path), named ?? key)
      if (target !== undefined && !isPublic(key)) sources.push({ path: target, line: lineAt(object, source), name })
    }
  }
  return { literals, sources }
}

const isSealedText = (file: RepoFile): boolean => file.text.includes('ENC[AES256_GCM,')

function generators(world: KeysWorld): Found[] {
  const sealed = new Set(world.sealed.map(({ path }) => path))
  const byPath = new Map(world.files.map((file) => [file.path, file]))
  return objectsThatMention(world.files, /^secretGenerator\s*:/m).flatMap((object) => {
    const { literals, sources } = generated(object)
    const clear = sources.flatMap(({ path, name }): Found[] => {
      const file = byPath.get(path)
      if (file === undefined || sealed.has(path) || isSealedText(file) || file.text.trim() === '') return []
      return [{ where: { path }, what: `secretGenerator ${name} makes a Secret of it, and it is not sealed`, fix: sealing(path) }]
    })
    return [...literals, ...clear]
  })
}

const NAMED_SEALED = /[^/]\.sops\.(?:ya?ml|json|env|ini|txt)$/

/** Its name says that it is sealed, and so people treat it. */
function namedOnly(world: KeysWorld, told: ReadonlySet<string>): Found[] {
  const sealed = new Set(world.sealed.map(({ path }) => path))
  return world.files
    .filter(
      ({ path, text }) => NAMED_SEALED.test(path) && !sealed.has(path) && !told.has(path) && text.trim() !== '' && !/\{\{|\{%/.test(text),
    )
    .map(({ path }) => ({ where: { path }, what: 'its name says that it is sealed, and it is not', fix: sealing(path) }))
}

export const secretsSealed: KeysRule = {
  id: 'secrets-sealed',
  title: 'no Secret stands in git in clear',
  severity: 'error',
  reason: 'who can read the repository has the values, and so has everybody who ever cloned it',
  fix: 'sops encrypt --in-place FILE, and replace the values where they came from: the history of git keeps the old ones',
  source: 'git keeps every version of a file',
  find: (world) => {
    // What holds a merge conflict is told as such.
    const conflicts = new Set(world.sealed.filter((look) => 'damage' in look && look.damage === 'conflict').map(({ path }) => path))
    // sops seals every document of a file: only where there are several may one have been put in later.
    const whole = new Set(
      sealedFiles(world)
        .filter(({ text }) => !/^---/m.test(text.slice(3)))
        .map(({ path }) => path),
    )
    const { secrets, unknown } = secretsIn(world.files.filter(({ path }) => !conflicts.has(path) && !whole.has(path)))
    const clear = [...secrets.flatMap(clearSecret), ...generators(world)]
    const told = new Set(clear.flatMap(({ where }) => ('path' in where ? [where.path] : [])))
    return together([{ found: clear, unknown }, foundOnly(namedOnly(world, told))])
  },
}
