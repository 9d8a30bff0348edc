// Whom a sealed file is for: asked of all its documents and groups, without opening anything.
import type { KeyGroup, SealedFile } from './model.ts'

const groupsOf = ({ documents }: SealedFile): KeyGroup[] => documents.flatMap(({ block }) => block?.metadata.groups ?? [])

const names = ({ age }: KeyGroup, recipient: string): boolean => age.some((entry) => entry.recipient === recipient)

export const isSealedTo = (file: SealedFile, recipient: string): boolean => groupsOf(file).some((group) => names(group, recipient))

/** Whether `recipient` is missing in a group that `beside` is in. */
export const lacksBeside = (file: SealedFile, recipient: string, beside: string): boolean =>
  groupsOf(file).some((group) => names(group, beside) && !names(group, recipient))

/** Age recipients of the file, once each. */
export const ageRecipients = (file: SealedFile): string[] => [
  ...new Set(groupsOf(file).flatMap(({ age }) => age.map(({ recipient }) => recipient))),
]
