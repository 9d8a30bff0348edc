// The bootstrap as lines for a person: one a step, with what it touches.
import { pushesWithKey } from './deploy-key.ts'
import { hasGotkFiles } from './files.ts'
import { titleOf } from './forge/repository.ts'
import { keyOrigin } from './given-key.ts'
import { gitSecret, pathsOf } from './plan-facts.ts'
import type { BootstrapPlan } from './plan-schema.ts'
import { branchOf } from './publishing/proposing.ts'
import { bootstrapSteps } from './steps.ts'

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const CREDENTIALS = { ssh: 'the key', token: 'the token', generate: 'a new key, unless there is one' } as const

const DETAILS: Readonly<Record<string, (plan: BootstrapPlan) => string>> = {
  namespace: ({ file }) => `Namespace ${file.flux.namespace}`,
  'age-key': ({ file }) => {
    const from = file.sops && keyOrigin(file.sops)
    return `Secret ${file.flux.namespace}/${file.sops?.secretName}: ${from === undefined ? 'a new age key, unless there is one' : `the key of ${from}`}`
  },
  'back-up': ({ file }) => {
    const backup = file.sops?.backup
    if (backup === undefined) return 'none is asked for'
    const proof =
      backup.recipients === undefined ? 'opened again' : 'only its recipients can open it: have one of them run  flux-ops age drill'
    return `into ${backup.out}; ${proof}`
  },
  'git-secret': (plan) =>
    plan.forFlux === null
      ? 'none: the repository asks for no credentials'
      : `Secret ${gitSecret(plan)}: ${CREDENTIALS[plan.forFlux.how]}${plan.knownHosts.length === 0 ? '' : `, and ${counted(plan.knownHosts.length, 'host key')}`}`,
  'key-registered': ({ file }) =>
    `you register it as deploy key, ${pushesWithKey(file) ? 'with write access' : 'to read'}; the run ends, and goes on by runs resume`,
  secrets: ({ file }) => file.secrets.join(', '),
  files: (plan) => (pathsOf(plan).length === 0 ? 'nothing is missing' : counted(pathsOf(plan).length, 'file')),
  commit: (plan) => (pathsOf(plan).length === 0 ? 'nothing to commit' : 'one commit'),
  'push-branch': ({ file }) => `${branchOf(file, '<run>')}: ${file.git.branch} itself is left to those who may merge`,
  'open-pull-request': ({ pullRequest }) => `on ${pullRequest?.url}/${pullRequest?.path}`,
  merged: () => 'the run ends, and goes on by runs resume   ▲ until the merge the run can be taken back',
  'checkout-merge': () => 'as it is then, with whatever else is merged',
  'pushed-by-you': ({ repo }) =>
    `you commit and push to ${repo.remote}/${repo.branch}; the run ends, and goes on by runs resume   ▲ until here it can be taken back`,
  repository: ({ forge }) => `${forge?.url}/${forge?.path}: ${forge?.absent === true ? 'a new one, empty' : 'is there'}`,
  'deploy-key': ({ file, forge }) => `"${titleOf(file)}" on ${forge?.url}/${forge?.path}, with the key of the Secret`,
  'flux-bootstrap': ({ file }) =>
    `flux bootstrap ${file.flux.style}: finds every file and the Secret there, installs Flux ${file.flux.version} and lets it follow`,
  push: ({ repo }) => `${repo.remote}/${repo.branch}, never forced   ▲ until here the run can be taken back`,
  install: ({ file, folders }) =>
    `${folders.install}, Flux ${file.flux.version}: ${[...file.flux.components, ...file.flux.componentsExtra].join(', ')}`,
  sync: ({ repo, file, folders }) =>
    hasGotkFiles(file)
      ? `GitRepository and Kustomization ${repo.source}: ${repo.url}, ${repo.branch}, ${file.git.path}`
      : `what ${folders.sync} holds: ${repo.url}, ${repo.branch}`,
  operator: ({ operator }) => `Flux Operator ${operator?.version}: ${operator?.artifact}`,
  instance: ({ repo, file, folders }) => `${folders.install}: Flux ${file.flux.version}, ${repo.url}, ${repo.branch}, ${file.git.path}`,
  rollout: () => 'the controllers are there',
  layers: ({ file }) => `each within ${file.wait.timeout}, asked as soon as what it needs is Ready`,
  verify: () => 'everything Ready at the commit',
}

export function describePlan(plan: BootstrapPlan): string[] {
  const { file, context, clusterUid, kubernetes, repo, there } = plan
  const all = bootstrapSteps(plan)
  const width = Math.max(...all.map(({ id }) => id.length))
  const steps = all.map(
    (step, index) => `${String(index + 1).padStart(2)} ${step.id.padEnd(width)} ${DETAILS[step.id]?.(plan) ?? step.title}`,
  )
  return [
    `cluster ${file.metadata.name}: context ${context}, Kubernetes ${kubernetes}, uid ${clusterUid}`,
    `follows ${repo.url}, branch ${repo.branch}${repo.head === '' ? ' (an empty repository)' : ` at ${repo.head.slice(0, 10)}`}, folder ${file.git.path}`,
    there.length === 0 ? 'nothing of Flux is in the cluster' : `in the cluster already: ${there.join(', ')}`,
    ...pathsOf(plan).map((path) => `  + ${path}`),
    ...plan.advice,
    ...steps,
  ]
}
