// What the files of an earlier bootstrap say.
import { parseAllDocuments } from 'yaml'
import { headerVersion } from '../../src/actions/gotk.ts'

export interface Sync {
  readonly url: string | undefined
  readonly branch: string | undefined
  readonly path: string | undefined
}

interface Manifest {
  readonly kind?: unknown
  readonly spec?: { readonly url?: unknown; readonly path?: unknown; readonly ref?: { readonly branch?: unknown } }
}

const word = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Pure. Never throws: what cannot be read says nothing. */
export function syncOf(text: string): Sync {
  const documents = parseAllDocuments(text, { logLevel: 'silent' })
  const manifests = (Array.isArray(documents) ? documents : []).flatMap((document): Manifest[] => {
    if (document.errors.length > 0) return []
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    return typeof value === 'object' && value !== null ? [value as Manifest] : []
  })
  const source = manifests.find(({ kind }) => kind === 'GitRepository')
  const applied = manifests.find(({ kind }) => kind === 'Kustomization')
  return { url: word(source?.spec?.url), branch: word(source?.spec?.ref?.branch), path: word(applied?.spec?.path) }
}

export const gotkVersion = headerVersion
