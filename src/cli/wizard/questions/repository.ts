// Where the repository is, and what of it the cluster follows.
import type { Facts } from '../facts.ts'
import type { Answers, Question } from '../model.ts'
import { type Forge, fluxUrl, isForge, originHost, originPath, PUBLIC_HOST } from '../places.ts'

const isInsecure = (address: string | undefined): boolean => address?.startsWith('http:') === true

const url: Question = {
  id: 'url',
  name: 'repository',
  ask: 'Where is the repository?',
  why: 'Flux fetches from this address.',
  help: [
    'ssh://git@HOST/PATH.git is read with a key, https://HOST/PATH.git with a token.',
    'No password or token stands in it: which key or token is asked for next.',
  ],
  when: (answers) => !isForge(answers),
  notes: ({ repository }) =>
    repository?.origin === undefined ? [] : [`The repository that you stand in has the origin ${repository.origin}`],
  parse: (text) => ({ text: fluxUrl(text) ?? text }),
  preset: ({ repository }) => (repository?.origin === undefined ? undefined : fluxUrl(repository.origin)),
  owns: ['git.url', 'git.allowInsecure'],
  fields: (text) => ({ 'git.url': text, ...(isInsecure(text) && { 'git.allowInsecure': true }) }),
  read: ({ git }) => git?.url,
}

const insecure: Question = {
  id: 'insecure',
  name: 'http://',
  ask: 'Is http:// meant?',
  why: 'Whoever listens on the way reads the token, and may answer with commits of his own.',
  help: ['It is for a server on this very machine or in a closed network. < goes back to the address.'],
  when: ({ url: address }) => isInsecure(address),
  about: ({ url: address }) => address ?? '',
  choices: () => [{ value: 'yes', label: 'yes, it is meant' }],
  owns: [],
  fields: () => ({}),
  read: ({ git }) => (git?.allowInsecure === true ? 'yes' : undefined),
}

const publicHost = ({ style }: Answers): string => PUBLIC_HOST[style as Forge]

/** Whether the repository that one stands in may lie on such a forge. */
const ownHost = ({ repository }: Facts, answers: Answers): string | undefined => {
  const host = originHost(repository)
  const other = Object.values(PUBLIC_HOST).some((each) => each === host) && host !== publicHost(answers)
  return other ? undefined : host
}

const forgeHost: Question = {
  id: 'forgeHost',
  name: 'forge',
  ask: 'On which host is the forge?',
  why: 'Its API makes the repository and registers the key.',
  help: ['The name alone, without https:// and without a path.'],
  when: isForge,
  preset: (facts, answers) => ownHost(facts, answers) ?? publicHost(answers),
  owns: ['forge.hostname'],
  fields: (text, answers): Record<string, string> => (text === publicHost(answers) ? {} : { 'forge.hostname': text }),
  read: ({ flux, forge }) => forge?.hostname ?? (forge === undefined ? undefined : PUBLIC_HOST[flux?.style as Forge]),
}

const forgeRepository: Question = {
  id: 'forgeRepository',
  name: 'repository',
  ask: 'Which repository, OWNER/NAME?',
  why: 'Made where it is not there yet; used as it is where it is there.',
  help: ['The owner is a user, an organization or a group. On gitlab it may be a group in a group: platform/clusters/fleet.'],
  when: isForge,
  parse: (text) => {
    const bare = text.replace(/\.git$/, '')
    return bare.includes('/') ? { text: bare } : { problem: 'has no owner', hint: `such as  acme/${bare}` }
  },
  preset: ({ repository }) => originPath(repository),
  owns: ['forge.owner', 'forge.repository'],
  fields: (text) => ({
    'forge.owner': text.slice(0, text.lastIndexOf('/')),
    'forge.repository': text.slice(text.lastIndexOf('/') + 1),
  }),
  read: ({ forge }) => (forge?.owner === undefined || forge.repository === undefined ? undefined : `${forge.owner}/${forge.repository}`),
}

const forgeOwner: Question = {
  id: 'forgeOwner',
  name: 'owner',
  ask: 'Whose is it?',
  why: 'The API of the forge has other ways for users than for organizations.',
  help: ['A user of the forge, or an organization (gitlab: a group).'],
  when: isForge,
  about: ({ forgeRepository: owner }) => owner ?? '',
  choices: () => [
    { value: 'organization', label: 'of an organization or group' },
    { value: 'user', label: 'of a user' },
  ],
  preset: () => 'organization',
  owns: ['forge.personal'],
  fields: (text): Record<string, boolean> => (text === 'user' ? { 'forge.personal': true } : {}),
  read: ({ forge }) => (forge === undefined ? undefined : forge.personal === true ? 'user' : 'organization'),
}

const branch: Question = {
  id: 'branch',
  name: 'branch',
  ask: 'Which branch?',
  why: 'The cluster follows what is pushed there.',
  help: ['Its name alone, without refs/heads/.'],
  preset: ({ repository }) => repository?.branch ?? 'main',
  owns: ['git.branch'],
  fields: (text) => ({ 'git.branch': text }),
  read: ({ git }) => (git === undefined ? undefined : (git.branch ?? 'main')),
}

const MOST_SHOWN = 6

/** Folders of clusters, as most repositories have them. */
const clusterFolders = ({ repository }: Facts): string[] => {
  const found = (repository?.files ?? []).flatMap((file) => /^((?:[\w.-]+\/)?clusters\/[\w.-]+)\//.exec(file)?.[1] ?? [])
  return [...new Set(found)].sort()
}

const followed = ({ cluster }: Facts): string | undefined =>
  cluster?.status === 'seen' && cluster.flux.status === 'there' ? cluster.flux.path : undefined

const path: Question = {
  id: 'path',
  name: 'folder',
  ask: 'Which folder of it does this cluster follow?',
  why: 'Everything in it is applied. Two clusters that share one get the same.',
  help: ['Relative to the root of the repository. . is all of it. Flux makes flux-system below it by itself.'],
  notes: (facts) => {
    const there = clusterFolders(facts)
    const more = there.length > MOST_SHOWN ? ` and ${there.length - MOST_SHOWN} more` : ''
    const now = followed(facts)
    return [
      ...(now === undefined
        ? []
        : [`⚠ The Flux that runs here follows ${now}. With another folder, what it applied from there is pruned.`]),
      ...(there.length === 0 ? [] : [`There already: ${there.slice(0, MOST_SHOWN).join(', ')}${more}`]),
    ]
  },
  preset: (facts, answers) => {
    const there = clusterFolders(facts)
    const own = there.find((folder) => folder.endsWith(`/${answers.name}`))
    return followed(facts) ?? own ?? (answers.name === undefined ? undefined : `clusters/${answers.name}`)
  },
  owns: ['git.path'],
  fields: (text) => ({ 'git.path': text }),
  read: ({ git }) => git?.path,
}

export const repositoryQuestions: readonly Question[] = [url, insecure, forgeHost, forgeRepository, forgeOwner, branch, path]
