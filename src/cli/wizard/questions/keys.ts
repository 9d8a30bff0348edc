// The key that Flux decrypts with, and who can bring it back.

import type { Draft } from '../../../cluster-file/rules/model.ts'
import type { ClusterFileInput } from '../../../cluster-file/schema.ts'
import { releases } from '../../../flux/catalogue/index.ts'
import type { Facts } from '../facts.ts'
import type { Answers, Choice, Fields, Question } from '../model.ts'
import { backQuestions, listed } from './key-back.ts'

const NONE = 'none'

const opensPostQuantum = (version: string | undefined): boolean =>
  version !== undefined && releases().indexOf(version) >= releases().indexOf('2.9.0')

const isSealed = ({ repository }: Facts): boolean => (repository?.files ?? []).includes('.sops.yaml')

const sopsKey: Question = {
  id: 'sopsKey',
  name: 'sops key',
  ask: 'With which key does Flux decrypt?',
  why: 'Secrets lie in git encrypted by sops, and open with this age key alone.',
  help: [
    'A new key is made by bootstrap, backed up first, and exists nowhere else but in the cluster.',
    'A repository that has encrypted files needs the key that they are sealed to: its file, or a backup of it.',
  ],
  notes: (facts) => (isSealed(facts) ? ['The repository has a .sops.yaml: its files are sealed to a key that is there already.'] : []),
  choices: (_facts, { version }): readonly Choice[] => [
    { value: 'x25519', label: 'make a new key' },
    ...(opensPostQuantum(version) ? [{ value: 'post-quantum', label: 'make a new key, post-quantum', detail: 'Flux 2.9 and newer' }] : []),
    { value: 'file', label: 'an age key file that I have' },
    { value: 'backup', label: 'from a backup', detail: 'made by flux-ops age backup' },
    { value: NONE, label: 'none', detail: 'nothing is encrypted' },
  ],
  preset: (facts) => (isSealed(facts) ? 'file' : 'x25519'),
  owns: ['sops.key.generate', 'sops.key.file', 'sops.key.backup'],
  fields: (text): Fields => (text === 'x25519' || text === 'post-quantum' ? { 'sops.key.generate': text } : {}),
  read: ({ sops, metadata }) => {
    const { generate, file, backup } = sops?.key ?? {}
    if (sops === undefined) return metadata === undefined ? undefined : NONE
    return generate ?? (file === undefined ? backup && 'backup' : 'file')
  },
}

const isNew = ({ sopsKey: how }: Answers): boolean => how === 'x25519' || how === 'post-quantum'

type Backup = NonNullable<Draft<NonNullable<ClusterFileInput['sops']>>['backup']>

const howOf = ({ recipients: to, shares: split, passphraseEnv }: Backup): string | undefined =>
  to !== undefined ? 'recipients' : split !== undefined ? 'shares' : passphraseEnv !== undefined ? 'passphrase' : undefined

const backupHow: Question = {
  id: 'backupHow',
  name: 'backup',
  ask: 'Who can open the backup of the new key?',
  why: 'It is made, and opened again, before anything is encrypted: a lost key loses every Secret in git.',
  help: [
    'Recipients: whoever has the key of one of them. Shares: some people together, none alone. Passphrase: whoever knows it.',
    'It is an ordinary age file in the end: no flux-ops is needed to open it.',
  ],
  when: isNew,
  choices: () => [
    { value: 'recipients', label: 'recipients', detail: 'age1… or SSH public keys' },
    { value: 'shares', label: 'shares', detail: 'such as any 3 of 5' },
    { value: 'passphrase', label: 'a passphrase', detail: 'from an environment variable' },
  ],
  preset: () => 'recipients',
  owns: ['sops.backup.recipients', 'sops.backup.shares', 'sops.backup.passphraseEnv'],
  fields: () => ({}),
  read: ({ sops }) => (sops?.backup === undefined ? undefined : howOf(sops.backup)),
}

const recipients: Question = {
  id: 'recipients',
  name: 'recipients',
  ask: 'Which recipients?',
  why: 'The public halves of keys that are kept elsewhere: on a stick, in a safe, by two people.',
  help: ['age1…, or an SSH public key as in a .pub file. Several are separated by commas. A private key is never asked for.'],
  when: ({ backupHow: how }) => how === 'recipients',
  notes: ({ repository }) => {
    const known = repository?.recipients ?? []
    return known.length === 0
      ? []
      : [`Of .flux-ops.yaml: ${known.map(({ name }) => name).join(', ')}. A name may be typed for its recipient.`]
  },
  preset: ({ repository }) => (repository?.recipients ?? []).map(({ recipient }) => recipient).join(', ') || undefined,
  parse: (text, { repository }) => {
    const known = repository?.recipients ?? []
    const given = listed(text).map((word) => known.find(({ name }) => name === word)?.recipient ?? word)
    return given.length === 0 ? { problem: 'names nobody', hint: 'age1…' } : { text: given.join(', ') }
  },
  owns: ['sops.backup.recipients'],
  fields: (text) => ({ 'sops.backup.recipients': listed(text) }),
  read: ({ sops }) => sops?.backup?.recipients?.join(', '),
}

const shares: Question = {
  id: 'shares',
  name: 'shares',
  ask: 'How many shares, and how many recover? NEEDED/OF',
  why: 'Fewer than are needed tell nothing; one that is lost does no harm.',
  help: ['3/5: five are made, any three of them bring the key back. At most 32.'],
  when: ({ backupHow: how }) => how === 'shares',
  preset: () => '3/5',
  parse: (text) => (/^\d{1,2}\/\d{1,2}$/.test(text) ? { text } : { problem: 'is no NEEDED/OF', hint: 'such as  3/5' }),
  owns: ['sops.backup.shares'],
  fields: (text) => {
    const [needed, of] = text.split('/').map(Number)
    return { 'sops.backup.shares.of': of, 'sops.backup.shares.needed': needed }
  },
  read: ({ sops }) => {
    const { needed, of } = sops?.backup?.shares ?? {}
    return needed === undefined || of === undefined ? undefined : `${needed}/${of}`
  },
}

const backupPassphrase: Question = {
  id: 'backupPassphrase',
  name: 'passphrase',
  ask: 'Which environment variable has the passphrase?',
  why: 'Only its name is written down.',
  help: ['Capitals, digits and _, without $; never the passphrase. It has to be set when bootstrap runs.'],
  names: 'variable',
  when: ({ backupHow: how }) => how === 'passphrase',
  preset: () => 'BACKUP_PASSPHRASE',
  owns: ['sops.backup.passphraseEnv'],
  fields: (text) => ({ 'sops.backup.passphraseEnv': text }),
  read: ({ sops }) => sops?.backup?.passphraseEnv,
}

const backupOut: Question = {
  id: 'backupOut',
  name: 'backup in',
  ask: 'In which folder is the backup written?',
  why: 'Outside of the repository and of this machine, or it is lost with them.',
  help: ['A stick, a mounted share. ~/ is your home.'],
  names: 'file',
  when: isNew,
  owns: ['sops.backup.out'],
  fields: (text) => ({ 'sops.backup.out': text }),
  read: ({ sops }) => sops?.backup?.out,
}

export const keyQuestions: readonly Question[] = [sopsKey, ...backQuestions, backupHow, recipients, shares, backupPassphrase, backupOut]
