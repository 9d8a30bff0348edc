// A key that is there already: in its file, or in a backup, and what opens that.
import type { Answers, Question } from '../model.ts'

export const listed = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')

const isBackup = ({ sopsKey: how }: Answers): boolean => how === 'backup'

const sopsOpens: Question = {
  id: 'sopsOpens',
  name: 'opened by',
  ask: 'What opens the backup?',
  why: 'Bootstrap opens it in memory; the key goes into the cluster and onto no disk.',
  help: ['Shares need nothing else: enough of them are the key.'],
  when: isBackup,
  choices: () => [
    { value: 'identity', label: 'a key file', detail: 'of one of its recipients: age or SSH' },
    { value: 'passphrase', label: 'a passphrase', detail: 'from an environment variable' },
    { value: 'shares', label: 'shares', detail: 'their files' },
  ],
  preset: () => 'identity',
  owns: ['sops.key.backup'],
  fields: () => ({}),
  read: ({ sops }) => {
    const { file, shares, identityFile, passphraseEnv } = sops?.key?.backup ?? {}
    if (shares !== undefined && file === undefined) return 'shares'
    return identityFile === undefined ? passphraseEnv && 'passphrase' : 'identity'
  },
}

const sopsFile: Question = {
  id: 'sopsFile',
  name: 'its file',
  ask: 'In which file is it?',
  why: 'Only the path is written down; bootstrap reads it.',
  help: ['~/ is your home. Anything else is relative to the file that is written now.'],
  names: 'file',
  when: (answers) => answers.sopsKey === 'file' || (isBackup(answers) && answers.sopsOpens !== 'shares'),
  about: ({ sopsKey: how }) => how ?? '',
  preset: ({ ageKeyFile }, { sopsKey: how }) => (how === 'file' ? ageKeyFile : undefined),
  owns: ['sops.key.file', 'sops.key.backup.file'],
  fields: (text, answers) => ({ [isBackup(answers) ? 'sops.key.backup.file' : 'sops.key.file']: text }),
  read: ({ sops }) => sops?.key?.file ?? sops?.key?.backup?.file,
}

const sopsIdentity: Question = {
  id: 'sopsIdentity',
  name: 'key of the backup',
  ask: 'Which key file opens the backup?',
  why: 'Of somebody or something that it was sealed to; not the key that is in it.',
  help: ['A file with AGE-SECRET-KEY-1…, or an SSH private key. One with a passphrase of its own cannot be used here.'],
  names: 'file',
  when: (answers) => isBackup(answers) && answers.sopsOpens === 'identity',
  owns: ['sops.key.backup.identityFile'],
  fields: (text) => ({ 'sops.key.backup.identityFile': text }),
  read: ({ sops }) => sops?.key?.backup?.identityFile,
}

const sopsPassphrase: Question = {
  id: 'sopsPassphrase',
  name: 'its passphrase',
  ask: 'Which environment variable has the passphrase of the backup?',
  why: 'Only its name is written down.',
  help: ['Capitals, digits and _, without $; never the passphrase. It has to be set when bootstrap runs.'],
  names: 'variable',
  when: (answers) => isBackup(answers) && answers.sopsOpens === 'passphrase',
  preset: () => 'BACKUP_PASSPHRASE',
  owns: ['sops.key.backup.passphraseEnv'],
  fields: (text) => ({ 'sops.key.backup.passphraseEnv': text }),
  read: ({ sops }) => sops?.key?.backup?.passphraseEnv,
}

const sopsShares: Question = {
  id: 'sopsShares',
  name: 'its shares',
  ask: 'In which files are the shares?',
  why: 'As many as recover; a share says how many that are.',
  help: ['Several are separated by commas. Text of a share, or the page that was printed, as a file.'],
  when: (answers) => isBackup(answers) && answers.sopsOpens === 'shares',
  parse: (text) =>
    listed(text).length > 1 ? { text: listed(text).join(', ') } : { problem: 'is one share alone', hint: 'share-1.txt, share-3.txt' },
  owns: ['sops.key.backup.shares'],
  fields: (text) => ({ 'sops.key.backup.shares': listed(text) }),
  read: ({ sops }) => sops?.key?.backup?.shares?.join(', '),
}

export const backQuestions: readonly Question[] = [sopsOpens, sopsFile, sopsIdentity, sopsPassphrase, sopsShares]
