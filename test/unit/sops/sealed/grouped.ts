// Sealed files as far as it matters whom they are for: documents, each with its key groups. Nothing in them opens.
import type { SealedFile } from '../../../../src/sops/sealed/model.ts'

/** One document: the age recipients of each of its groups; undefined for one that is not sealed. */
export type Groups = readonly (readonly string[])[] | undefined

export const grouped = (...documents: readonly Groups[]): SealedFile =>
  ({
    path: 'a.yaml',
    format: 'yaml',
    text: '',
    documents: documents.map((groups) => ({
      block: groups && {
        metadata: { groups: groups.map((age) => ({ age: age.map((recipient) => ({ recipient, enc: '' })), others: [] })) },
      },
    })),
  }) as unknown as SealedFile
