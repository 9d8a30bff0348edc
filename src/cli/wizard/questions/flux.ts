// Which Flux, and how it is kept.
import { kubernetesVerdict, minorOf, release, releases } from '../../../flux/catalogue/index.ts'
import type { Facts } from '../facts.ts'
import type { Choice, Question } from '../model.ts'
import { originHost } from '../places.ts'

const runs = ({ cluster }: Facts): string | undefined => (cluster?.status === 'seen' ? cluster.version : undefined)

const newestFirst = (): readonly string[] => releases().toReversed()

const fits = (version: string, kubernetes: string): boolean => kubernetesVerdict(version, kubernetes).status === 'tested'

/** The newest that is tested with what runs; of what is not known the newest. */
const newestFitting = (kubernetes: string | undefined): string | undefined =>
  kubernetes === undefined ? newestFirst()[0] : newestFirst().find((version) => fits(version, kubernetes))

const MARKS = { tested: '✔', 'too-old': '✗', 'too-new': '✗', unknown: '?' } as const

function releaseChoice(version: string, kubernetes: string | undefined): Choice {
  const range = release(version).kubernetes
  const tested = range === undefined ? 'tested with: not known' : `Kubernetes ${range.min} to ${range.max}`
  const mark = kubernetes === undefined ? '' : `  ${MARKS[kubernetesVerdict(version, kubernetes).status]}`
  return { value: version, label: version, detail: `${tested}${mark}` }
}

const version: Question = {
  id: 'version',
  name: 'Flux',
  ask: 'Which release of Flux?',
  why: 'Each is tested with three minors of Kubernetes; the newest that fits is suggested.',
  help: [
    'Type to narrow the list: 2.8 shows the releases of that minor.',
    'A release that is not tested with your Kubernetes may still run. upgrade leads from an older to a newer one.',
  ],
  notes: (facts) => {
    const kubernetes = runs(facts)
    if (kubernetes === undefined) return ['? the Kubernetes of the cluster is not known: nothing is said about what fits']
    const best = newestFitting(kubernetes)
    return best === undefined
      ? [`⚠ no release that this flux-ops knows is tested with Kubernetes ${kubernetes}`]
      : [`Kubernetes ${kubernetes} is in the range of Flux ${minorOf(best)}.`]
  },
  choices: (facts) => newestFirst().map((each) => releaseChoice(each, runs(facts))),
  preset: (facts) => newestFitting(runs(facts)),
  owns: ['flux.version'],
  fields: (text) => ({ 'flux.version': text }),
  read: ({ flux }) => flux?.version,
}

const STYLES: readonly Choice[] = [
  { value: 'git', label: 'git', detail: 'flux bootstrap git: any repository, by SSH or a token' },
  { value: 'github', label: 'github', detail: 'makes repository and deploy key on GitHub' },
  { value: 'gitlab', label: 'gitlab', detail: 'makes repository and deploy key on GitLab' },
  { value: 'gitea', label: 'gitea', detail: 'makes repository and deploy key on Gitea or Forgejo' },
  { value: 'kustomize', label: 'kustomize', detail: 'a version pin in git, then Flux keeps itself' },
  { value: 'operator', label: 'operator', detail: 'the Flux Operator and a FluxInstance' },
]

const style: Question = {
  id: 'style',
  name: 'style',
  ask: 'How is Flux to be installed and kept?',
  why: 'It decides what lies in the repository, and how an upgrade is made later.',
  help: [
    'git needs nothing but a repository that is there. github, gitlab and gitea ask their API, with a token that may make repositories and keys.',
    'kustomize and operator write no gotk-components.yaml: one line is the version, which Renovate can change.',
    'When in doubt: git.',
  ],
  notes: ({ repository }) => {
    const host = originHost(repository)
    return host === undefined ? [] : [`The repository that you stand in lies on ${host}.`]
  },
  choices: () => STYLES,
  preset: () => 'git',
  owns: ['flux.style'],
  fields: (text) => ({ 'flux.style': text }),
  read: ({ flux }) => flux?.style,
}

export const fluxQuestions: readonly Question[] = [version, style]
