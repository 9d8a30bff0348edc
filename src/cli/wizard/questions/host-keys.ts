// Which host keys the git server may show. What it shows now proves nothing: it is taken only from a person who compared it.
import type { Facts, HostKeyFacts } from '../facts.ts'
import type { Fields, Parsed, Question } from '../model.ts'
import { hostOf, transport } from '../places.ts'

const COMPARED = 'compared'

/** Where providers publish the fingerprints of their servers. */
const PUBLISHED: Readonly<Record<string, string>> = {
  'github.com': 'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/githubs-ssh-key-fingerprints',
  'gitlab.com': 'https://docs.gitlab.com/user/gitlab_com/#ssh-host-keys-fingerprints',
  'codeberg.org': 'https://docs.codeberg.org/security/ssh-fingerprint/',
}

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '')

const isFingerprint = (word: string): boolean => word.startsWith('SHA256:')

const shownBy = (facts: HostKeyFacts | undefined): readonly string[] =>
  facts?.status === 'seen' ? [...new Set(facts.keys.map(({ fingerprint }) => fingerprint))] : []

function lines({ hostKeys }: Facts): readonly string[] {
  if (hostKeys === undefined) return []
  const where = PUBLISHED[hostKeys.host] ?? `whoever runs ${hostKeys.host} has to tell you, by another way than this connection`
  if (hostKeys.status === 'unknown') return [`? ${hostKeys.host} showed no key: ${hostKeys.why}`, 'Published at:', `  ${where}`]
  return [
    `${hostKeys.host} shows now:`,
    ...hostKeys.keys.map(({ fingerprint, type }) => `  ${fingerprint}  ${type.replace(/^ssh-/, '')}`),
    '⚠ Whoever stands in between would show his own. Compare them with:',
    `  ${where}`,
  ]
}

function compared(shown: readonly string[]): Parsed {
  if (shown.length > 0) return { text: shown.join(' ') }
  return { problem: 'no key was shown, so that none was compared', hint: 'give the fingerprint that is published, or a known_hosts file' }
}

function published(given: readonly string[], shown: readonly string[]): Parsed {
  if (shown.length === 0 || given.some((each) => shown.includes(each))) return { text: [...new Set(given)].join(' ') }
  return {
    problem: 'the server shows none of these keys',
    hint: 'do not go on before you know why: another server, a key that was changed, or somebody in between',
  }
}

export const hostKeysQuestion: Question = {
  id: 'hostKeys',
  name: 'host keys',
  ask: 'Which host keys may the server show?',
  why: 'Flux hands its work to whoever shows a key that is pinned. None is taken unseen.',
  help: [
    'Best: copy the fingerprints (SHA256:…) from the page of the provider. One of them has to be among what is shown.',
    `${COMPARED}: you have compared all that is shown with what is published, and it is the same.`,
    'Or the path of a known_hosts file that you trust; it begins with /, ./ or ~/.',
  ],
  needs: 'hostKeys',
  when: (answers) => transport(answers) === 'ssh',
  about: (answers) => hostOf(answers) ?? '',
  notes: (facts, _answers, last) => {
    const shown = shownBy(facts.hostKeys)
    const pinned = words(last ?? '').filter(isFingerprint)
    const other = shown.length > 0 && pinned.length > 0 && !pinned.some((each) => shown.includes(each))
    return [
      ...lines(facts),
      ...(other ? [`✗ none of the ${pinned.length} that were pinned is among them`] : []),
      `Paste what is published, or type "${COMPARED}" once you have.`,
    ]
  },
  parse: (text, { hostKeys }) => {
    const given = words(text)
    if (text.toLowerCase() === COMPARED) return compared(shownBy(hostKeys))
    if (given.every(isFingerprint)) return published(given, shownBy(hostKeys))
    if (/^(~|\.{1,2})?\//.test(text)) return { text }
    return { problem: 'is no fingerprint and no path', hint: `SHA256:…, a path that begins with /, ./ or ~/, or the word ${COMPARED}` }
  },
  owns: ['git.auth.ssh.hostKeys', 'git.auth.ssh.knownHostsFile'],
  fields: (text): Fields => (isFingerprint(text) ? { 'git.auth.ssh.hostKeys': words(text) } : { 'git.auth.ssh.knownHostsFile': text }),
  read: ({ git }) => {
    const { hostKeys, knownHostsFile } = git?.auth?.ssh ?? {}
    if (hostKeys !== undefined) return hostKeys.join(' ')
    return knownHostsFile === undefined || /^(~|\.{1,2})?\//.test(knownHostsFile) ? knownHostsFile : `./${knownHostsFile}`
  },
}
