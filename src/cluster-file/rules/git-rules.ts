// The repository: how it is reached, where Flux looks in it, and who writes there.
import { type Draft, type Finding, oneOfThem, type Question, type Rule, when } from './model.ts'

const FORGES = ['github', 'gitlab', 'gitea']

export const isForgeStyle = (style: string | undefined): boolean => style !== undefined && FORGES.includes(style)

type Auth = NonNullable<NonNullable<Question['file']['git']>['auth']>

const schemeOf = (url: string | undefined): string | undefined => /^(ssh|https?):/.exec(url ?? '')?.[1]

const address: Rule = ({ file: { flux, git }, has }) => {
  const forge = isForgeStyle(flux?.style)
  const known = flux?.style !== undefined
  const scheme = schemeOf(git?.url)
  return [
    ...when(
      known && !forge && has('git') && !has('git.url'),
      'git.url',
      `is missing: style ${flux?.style} has to be told where the repository is`,
      'url: ssh://git@HOST/PATH.git',
    ),
    ...when(
      forge && has('git.url'),
      'git.url',
      `is made of forge with style ${flux?.style}: two of them could differ`,
      'take it out, or take style: git',
    ),
    ...when(
      scheme === 'http' && git?.allowInsecure !== true,
      'git.url',
      'is http://, where whoever listens reads the token',
      'https://, or say that it is meant:  allowInsecure: true',
    ),
    ...when(
      git?.allowInsecure === true && scheme !== undefined && scheme !== 'http',
      'git.allowInsecure',
      'allows http://, and git.url is none',
      'take it out',
    ),
  ]
}

const method: Rule = (question) => {
  const { file, has } = question
  const scheme = schemeOf(file.git?.url)
  const forge = isForgeStyle(file.flux?.style)
  return [
    ...oneOfThem(question, 'git.auth', ['ssh', 'token'], ['has neither ssh nor token', 'ssh: with a key, or token: with env or file']),
    ...when(
      file.flux?.style !== undefined && !forge && has('git') && !has('git.auth'),
      'git.auth',
      'is missing: Flux has to be told how it may read the repository',
      'auth: with ssh or token',
    ),
    ...when(
      scheme === 'ssh' && has('git.auth.token'),
      'git.auth.token',
      'is for https://, and git.url is ssh://',
      'auth.ssh, or the address that begins with https://',
    ),
    ...when(
      (scheme === 'https' || scheme === 'http') && has('git.auth.ssh'),
      'git.auth.ssh',
      `is for ssh://, and git.url is ${scheme}://`,
      'auth.token, or the address that begins with ssh://git@',
    ),
  ]
}

const sshKey: Rule = (question) => {
  const ssh = 'git.auth.ssh'
  const { file, has } = question
  const auth: Draft<Auth> = file.git?.auth ?? {}
  const scan = 'ssh-keyscan HOST | ssh-keygen -lf -  and compare with what the provider publishes'
  return [
    ...oneOfThem(question, ssh, ['privateKeyFile', 'generate'], ['has no key', 'privateKeyFile: FILE, or generate: ed25519']),
    ...oneOfThem(
      question,
      ssh,
      ['knownHostsFile', 'hostKeys'],
      ['says no host key, and none is taken unseen', `hostKeys: [SHA256:…]; see them with  ${scan}`],
    ),
    ...when(
      has(`${ssh}.passphraseEnv`) && has(`${ssh}.generate`),
      `${ssh}.passphraseEnv`,
      'is for a key of yours: one that is made has no passphrase',
      'take it out',
    ),
    ...duplicates(auth.ssh?.hostKeys, `${ssh}.hostKeys`),
  ]
}

const tokenSource: Rule = (question) => [
  ...oneOfThem(question, 'git.auth.token', ['env', 'file'], ['does not say where the token is', 'env: GIT_TOKEN, or file: FILE']),
  ...when(
    question.file.git?.auth?.token?.bearer === true && question.has('git.auth.token.username'),
    'git.auth.token.username',
    'is not sent with a bearer token',
    'take out username or bearer',
  ),
]

/** What a folder of the repository must not be, each with what to write instead. */
const BAD_PATHS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^[/~]/,
    'is a folder of a machine: it has to be relative to the root of the repository',
    'clusters/prod-eu, without / at the beginning',
  ],
  [/\\/, 'has a backslash', 'write / between folders'],
  [/(^|\/)\.\.(\/|$)/, 'leaves the repository', 'a path without ..'],
  [/(^|\/)\.git(\/|$)/, 'lies in the folder that git keeps for itself', 'another folder, such as clusters/prod-eu'],
  [/(^|\/)flux-system\/*$/, 'ends in flux-system, which Flux makes below it: it would be there twice', 'the folder above it'],
  [/:\/\//, 'is an address', 'a folder, such as clusters/prod-eu'],
]

const folder: Rule = ({ file: { git } }) => {
  const bad = BAD_PATHS.find(([pattern]) => pattern.test(git?.path ?? ''))
  return bad ? when(true, 'git.path', bad[1], bad[2]) : []
}

const forgeSection: Rule = (question) => {
  const { file, has } = question
  const { style } = file.flux ?? {}
  const forge = isForgeStyle(style)
  const token = has('git.auth.token')
  return [
    ...when(
      forge && !has('forge'),
      'forge',
      `is missing: style ${style} makes the repository there`,
      'forge: with owner, repository and token',
    ),
    ...when(
      style !== undefined && !forge && has('forge'),
      'forge',
      `is for style github, gitlab and gitea; ${style} makes no repository`,
      'take it out, or take the style of the forge',
    ),
    ...oneOfThem(question, 'forge.token', ['env', 'file'], ['does not say where the token is', 'env: GITHUB_TOKEN, or file: FILE']),
    ...when(
      forge && has('forge') && !has('forge.token') && !token,
      'forge.token',
      'is missing: the forge is asked with it',
      'token: {env: GITHUB_TOKEN}',
    ),
    ...when(
      forge && has('forge.token') && token,
      'forge.token',
      'stands beside git.auth.token, and flux bootstrap has one token for both',
      'keep git.auth.token where Flux is to read with the token, else forge.token',
    ),
    ...when(
      forge && file.git?.publish !== undefined && file.git.publish !== 'push',
      'git.publish',
      `has to be push with style ${style}: flux bootstrap pushes to the branch itself`,
      'publish: push, or style: git, which can leave it to a pull request',
    ),
    ...when(
      has('git.pullRequest') && file.git?.publish !== 'pr',
      'git.pullRequest',
      'says where pull requests are opened, and none is',
      'publish: pr, or take it out',
    ),
  ]
}

const forgeAccess: Rule = ({ file: { flux, git }, has }) => {
  const forge = isForgeStyle(flux?.style)
  const { username, bearer } = git?.auth?.token ?? {}
  return [
    ...when(
      forge && has('forge.sshHostname') && has('git.auth.token'),
      'forge.sshHostname',
      'is for git over SSH, and git.auth says token',
      'take it out, or auth: with ssh',
    ),
    ...when(
      forge && has('forge.caFile') && has('git.auth.token'),
      'forge.caFile',
      'stands beside git.auth.token, which has its own',
      'git.auth.token.caFile',
    ),
    ...when(
      forge && username !== undefined && username !== 'git',
      'git.auth.token.username',
      `has to be git with style ${flux?.style}: flux bootstrap writes that into the Secret`,
      'take it out',
    ),
    ...when(
      forge && bearer === true,
      'git.auth.token.bearer',
      `does not go with style ${flux?.style}: flux bootstrap writes user name and token`,
      'take it out, or take style: git',
    ),
    ...when(
      forge && !has('git.auth') && has('git'),
      'git.auth',
      'is missing: Flux has to be told how it may read the repository',
      'auth: with ssh, such as {generate: ed25519}, or token',
    ),
  ]
}

const forgeFields: Rule = ({ file: { flux, forge }, has }) => {
  const style = flux?.style
  const levels = (forge?.teams ?? []).findIndex((team) => team.includes(':'))
  return [
    ...when(
      style === 'github' && /^[0-9.]+:/.test(forge?.hostname ?? ''),
      'forge.hostname',
      'is an address with a port, and flux bootstrap github takes a name there',
      'hostname: github.example.com',
    ),
    ...when(style === 'gitlab' && has('forge.private'), 'forge.private', 'is for github and gitea', 'visibility: private'),
    ...when(
      (style === 'github' || style === 'gitea') && has('forge.visibility'),
      'forge.visibility',
      'is for gitlab',
      'private: true, or private: false',
    ),
    ...when(
      style === 'gitlab' && levels !== -1,
      `forge.teams.${levels}`,
      'has a permission, and gitlab gives all teams the same',
      'the name alone',
    ),
    ...when(
      (style === 'github' || style === 'gitea') && forge?.owner?.includes('/'),
      'forge.owner',
      `has a /, and ${style} has no groups in groups`,
      'owner: and repository: are two fields',
    ),
    ...when(
      forge?.personal === true && (forge.teams ?? []).length > 0,
      'forge.teams',
      'are of an organization, and personal says that the owner is a user',
      'take out one of the two',
    ),
    ...duplicates(forge?.teams, 'forge.teams'),
  ]
}

export function duplicates(values: readonly string[] | undefined, path: string): readonly Finding[] {
  return (values ?? []).flatMap((value, index, all) => {
    const before = all.indexOf(value)
    return when(before < index, `${path}.${index}`, `is the same as number ${before + 1}`, 'once is enough')
  })
}

export const gitRules: readonly Rule[] = [address, method, sshKey, tokenSource, folder, forgeSection, forgeAccess, forgeFields]
