// Which cluster: the context, and a second look at what answers there.
import type { ClusterFacts, Facts } from '../facts.ts'
import type { Choice, Question } from '../model.ts'

const ANY = 'any'

const context: Question = {
  id: 'context',
  name: 'context',
  ask: 'Which cluster?',
  why: 'Nothing is done in any other. The context that happens to be current is the usual mistake.',
  help: [
    'The contexts of your kubeconfig, each with its server. Type to narrow the list.',
    'A name that is in no list may be typed: the file can be made before the cluster.',
  ],
  open: true,
  notes: ({ noContexts }) => (noContexts === undefined ? [] : [`? no context is known: ${noContexts}`]),
  choices: ({ contexts }) =>
    contexts.map(({ name, server, current }) => ({ value: name, label: name, detail: `${server}${current ? '  (current)' : ''}` })),
  preset: ({ contexts }) => (contexts.length === 1 ? contexts[0]?.name : contexts.find(({ current }) => current)?.name),
  owns: ['cluster.context'],
  fields: (text) => ({ 'cluster.context': text }),
  read: ({ cluster }) => cluster?.context,
}

function fluxLines(flux: Extract<ClusterFacts, { status: 'seen' }>['flux']): readonly string[] {
  if (flux.status === 'none') return ['Flux        none']
  if (flux.status === 'unknown') return [`Flux        ? ${flux.why}`]
  return ['Flux        ⚠ runs here already', ...flux.says.map((line) => `            ${line}`)]
}

const seen = (cluster: ClusterFacts | undefined): Extract<ClusterFacts, { status: 'seen' }> | undefined =>
  cluster?.status === 'seen' ? cluster : undefined

/** Whether the one that answers is not the one that was pinned. */
function isOther(facts: Facts, last: string | undefined): boolean {
  const uid = seen(facts.cluster)?.uid
  return uid !== undefined && last !== undefined && last !== ANY && last !== uid
}

function clusterLines({ cluster }: Facts): readonly string[] {
  if (cluster === undefined) return []
  if (cluster.status === 'unknown')
    return [
      `context     ${cluster.context}`,
      `? it does not answer: ${cluster.why}`,
      'Its version, and whether a Flux runs there, is not known.',
    ]
  return [
    `context     ${cluster.context}`,
    `server      ${cluster.server}`,
    `Kubernetes  ${cluster.version}`,
    `uid         ${cluster.uid}`,
    ...fluxLines(cluster.flux),
  ]
}

function clusterChoices({ cluster }: Facts): readonly Choice[] {
  const known = seen(cluster)
  if (known === undefined) return [{ value: ANY, label: 'go on without having seen it', detail: 'no uid is pinned' }]
  return [
    { value: known.uid, label: 'yes, this one and no other', detail: 'its uid is pinned' },
    { value: ANY, label: 'yes, or one made anew under this context', detail: 'no uid is pinned' },
  ]
}

const cluster: Question = {
  id: 'cluster',
  name: 'cluster',
  ask: 'Is this the cluster?',
  why: 'The uid of kube-system tells this cluster from another one behind the same context.',
  help: [
    'Pinned, the file is refused for any other cluster, also for one that is made anew.',
    '< goes back to the list. A Flux that runs there already may mean that it is the wrong context.',
  ],
  needs: 'cluster',
  about: (answers) => answers.context ?? '',
  notes: (facts, _answers, last) => {
    return [...clusterLines(facts), ...(isOther(facts, last) ? ['✗ another cluster than the one that was pinned:', `  ${last}`] : [])]
  },
  choices: (facts) => clusterChoices(facts),
  preset: (facts, _answers, last) => {
    const known = seen(facts.cluster)
    return known?.flux.status === 'none' && !isOther(facts, last) ? known.uid : undefined
  },
  owns: ['cluster.uid'],
  fields: (text): Record<string, string> => (text === ANY ? {} : { 'cluster.uid': text }),
  read: ({ cluster: file }) => file?.uid ?? (file?.context === undefined ? undefined : ANY),
}

/** `admin@prod-eu`, `arn:aws:eks:eu-west-1:1234:cluster/prod`, `gke_project_zone_prod`: the last word of it. */
function shortName(long: string): string | undefined {
  const last = long.startsWith('gke_') ? long.split('_').at(-1) : long.split(/[@/]/).at(-1)
  const name = (last ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '')
  return name === '' ? undefined : name
}

const name: Question = {
  id: 'name',
  name: 'name',
  ask: 'What is the cluster called?',
  why: 'For commit messages, files of backups, and the folder that is suggested next.',
  help: ['Small letters, digits and -, at most 63. It need not be the name of the context.'],
  preset: (_facts, answers) => shortName(answers.context ?? ''),
  owns: ['metadata.name'],
  fields: (text) => ({ 'metadata.name': text }),
  read: ({ metadata }) => metadata?.name,
}

export const clusterQuestions: readonly Question[] = [context, cluster, name]
