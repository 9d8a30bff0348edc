// With which credential the repository is reached. No secret is asked for: only where it is.
import type { Answers, Choice, Fields, Question } from '../model.ts'
import { forgeOf, hostOf, isForge, transport } from '../places.ts'

const GENERATED: readonly Choice[] = [
  { value: 'ed25519', label: 'make a new key, ed25519', detail: 'the usual one' },
  { value: 'ecdsa-p384', label: 'make a new key, ecdsa-p384' },
  { value: 'rsa-4096', label: 'make a new key, rsa-4096', detail: 'Azure DevOps takes no other' },
]
const OWN_FILE: Choice = { value: 'file', label: 'a private key that I have', detail: 'the file is named, not copied into this one' }
const TOKEN: Choice = { value: 'token', label: 'no key: the token of the forge', detail: 'Flux keeps it in the cluster' }

const isGenerated = (text: string): boolean => GENERATED.some(({ value }) => value === text)

const onAzure = (answers: Answers): boolean => /(^|\.)(dev\.azure|visualstudio)\.com(:|$)/.test(hostOf(answers) ?? '')

const access: Question = {
  id: 'access',
  name: 'access',
  ask: 'With which key does Flux read it?',
  why: 'A key of its own, for this repository alone, can be taken away without harm to anything else.',
  help: [
    'A new key is made by bootstrap and kept in the cluster. A forge style registers it; else the run waits until you have, and you clone with your own.',
    'A key that you have is read from its file by bootstrap. Your own login key is a poor choice: whoever reads the cluster has it.',
  ],
  when: (answers) => isForge(answers) || answers.url?.startsWith('ssh:') === true,
  choices: (_facts, answers) => (isForge(answers) ? [...GENERATED, OWN_FILE, TOKEN] : [...GENERATED, OWN_FILE]),
  preset: (_facts, answers) => (onAzure(answers) ? 'rsa-4096' : 'ed25519'),
  owns: ['git.auth.ssh.generate', 'git.auth.ssh.privateKeyFile', 'git.auth.ssh.passphraseEnv'],
  fields: (text): Fields => (isGenerated(text) ? { 'git.auth.ssh.generate': text } : {}),
  read: ({ git }) => {
    const { ssh, token: byToken } = git?.auth ?? {}
    return ssh?.generate ?? (ssh?.privateKeyFile === undefined ? byToken && 'token' : 'file')
  },
}

const keyFile: Question = {
  id: 'keyFile',
  name: 'key file',
  ask: 'In which file is the private key?',
  why: 'Only its path is written down; bootstrap reads it.',
  help: ['~/ is your home. Anything else is relative to the file that is written now.'],
  names: 'file',
  when: ({ access: how }) => how === 'file',
  owns: ['git.auth.ssh.privateKeyFile'],
  fields: (text) => ({ 'git.auth.ssh.privateKeyFile': text }),
  read: ({ git }) => git?.auth?.ssh?.privateKeyFile,
}

const keyPassphrase: Question = {
  id: 'keyPassphrase',
  name: 'its passphrase',
  ask: 'Which environment variable has its passphrase?',
  why: 'A key with a passphrase cannot be used without. Empty: it has none.',
  help: ['The name of the variable, in capitals; never the passphrase.'],
  names: 'variable',
  optional: true,
  when: ({ access: how }) => how === 'file',
  owns: ['git.auth.ssh.passphraseEnv'],
  fields: (text): Fields => (text === '' ? {} : { 'git.auth.ssh.passphraseEnv': text }),
  read: ({ git }) => git?.auth?.ssh?.passphraseEnv,
}

/** Where it is a file it begins as a path: a token may hold a / as well. */
const isPath = (text: string): boolean => /^(~|\.{1,2})?\//.test(text)

const tokenField = (answers: Answers): string => (transport(answers) === 'token' ? 'git.auth.token' : 'forge.token')

const asPath = (file: string | undefined): string | undefined => (file === undefined || isPath(file) ? file : `./${file}`)

const VARIABLES = { github: 'GITHUB_TOKEN', gitlab: 'GITLAB_TOKEN', gitea: 'GITEA_TOKEN' } as const

const token: Question = {
  id: 'token',
  name: 'token',
  ask: 'Which environment variable has the token?',
  why: 'Only its name is written down. The token itself stands in no file, and is never asked for.',
  help: [
    'Capitals, digits and _, without $. It has to be set when bootstrap runs.',
    'A file that has it is given by its path, which begins with /, ./ or ~/.',
  ],
  names: 'variable',
  when: (answers) => isForge(answers) || transport(answers) === 'token',
  preset: (_facts, answers) => {
    const forge = forgeOf(answers)
    return forge === undefined ? 'GIT_TOKEN' : VARIABLES[forge]
  },
  owns: ['git.auth.token.env', 'git.auth.token.file', 'forge.token'],
  fields: (text, answers): Fields => ({ [`${tokenField(answers)}.${isPath(text) ? 'file' : 'env'}`]: text }),
  read: ({ git, forge }) => {
    const where = git?.auth?.token ?? forge?.token
    return where?.env ?? asPath(where?.file)
  },
}

export const accessQuestions: readonly Question[] = [access, keyFile, keyPassphrase, token]
