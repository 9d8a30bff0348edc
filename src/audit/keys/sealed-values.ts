// Which values of an object sops seals is decided by an expression over the names of its fields. It can say too little, and too much.
import type { Found } from '../model.ts'
import { sealedObjects } from './sealed-objects.ts'
import { type KeysRule, type SealedFile, someOf } from './world.ts'

const ALL = '^(data|stringData)$'

/** Fields whose name says that they stay in clear. */
const isMeant = ({ metadata }: SealedFile, path: readonly string[]): boolean => {
  const suffix = metadata.selection.unencryptedSuffix
  return suffix !== undefined && path.some((key) => key.endsWith(suffix))
}

export const sealedValues: KeysRule = {
  id: 'sealed-values',
  title: 'every value of a sealed Secret is sealed',
  severity: 'error',
  reason: 'the file looks sealed, and a value in it is not',
  fix: `encrypted_regex: ${ALL} in .sops.yaml, then seal the file anew; replace the values where they came from`,
  source: 'sops 3.13 sops.go shouldBeEncrypted',
  find: (world) => {
    const { objects, unknown } = sealedObjects(world)
    const found = objects.flatMap(({ file, kind, name, values }): Found[] => {
      const clear = values.filter(({ path, isSealed }) => !isSealed && /^(?:data|stringData)$/.test(path[0] ?? '') && !isMeant(file, path))
      const [first] = kind === 'Secret' ? clear : []
      if (first === undefined) return []
      const fields = someOf(clear.map(({ path }) => path.join('.')))
      return [{ where: { path: file.path, line: first.line }, what: `Secret ${name} is sealed, and ${fields} in it is in clear` }]
    })
    return { found, unknown }
  },
}

const NEEDED = new Set(['apiVersion', 'kind', 'metadata'])

export const sealedObjectsAddressable: KeysRule = {
  id: 'sealed-objects-addressable',
  title: 'kind and metadata of every sealed object are in clear',
  severity: 'error',
  reason: 'kustomize has to know what it is and how it is called before Flux decrypts it',
  fix: `encrypted_regex: ${ALL} in .sops.yaml, then seal the file anew:  sops decrypt --in-place FILE && sops encrypt --in-place FILE`,
  source: 'kustomize-controller 1.9 decrypts what kustomize has built',
  find: (world) => {
    const { objects, unknown } = sealedObjects(world)
    const found = objects.flatMap(({ file, kind, name, values }): Found[] => {
      const hidden = values.filter(({ path, isSealed }) => isSealed && NEEDED.has(path[0] ?? ''))
      const [first] = hidden
      if (first === undefined) return []
      const what = /^ENC\[/.test(kind) ? 'an object' : `${kind} ${/^ENC\[|\/ENC\[/.test(name) ? '' : name}`.trim()
      return [
        { where: { path: file.path, line: first.line }, what: `${what} has ${someOf(hidden.map(({ path }) => path.join('.')))} sealed` },
      ]
    })
    return { found, unknown }
  },
}
