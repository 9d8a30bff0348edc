// The check of a pull request, as a build runs it: a clone of its own with a detached HEAD, and a kubeconfig that may only read.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FaultDesk, FROM, faultDesk, type Said, TO, type World } from './faults/desk.ts'

const PINS = ['cluster/bootstrap/kustomization.yaml', 'cluster/flux/config/flux.yaml']

/** What the runbook's README asks for. */
const MAY_READ = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: pull-requests}
rules:
  - {apiGroups: [source.toolkit.fluxcd.io, kustomize.toolkit.fluxcd.io, helm.toolkit.fluxcd.io, notification.toolkit.fluxcd.io, image.toolkit.fluxcd.io, source.extensions.fluxcd.io], resources: ['*'], verbs: [get, list]}
  - {apiGroups: [apiextensions.k8s.io], resources: [customresourcedefinitions], verbs: [get, list]}
  - {apiGroups: [''], resources: [namespaces], resourceNames: [kube-system], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: pull-requests, namespace: flux-system}
rules:
  - {apiGroups: [apps], resources: [deployments], verbs: [list]}
  - {apiGroups: [''], resources: [pods], verbs: [list]}
  - {apiGroups: [''], resources: [configmaps, secrets], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: pull-requests}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: pull-requests}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: sandbox-viewers}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: pull-requests, namespace: flux-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: pull-requests}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: sandbox-viewers}]
`

let desk: FaultDesk
let clone: string
let before: World

beforeAll(async () => {
  desk = await faultDesk('pin')
  clone = join(desk.paths.tmp, 'request')
  await desk.apply(MAY_READ)
  before = await desk.world()
})
afterAll(async () => {
  await rm(clone, { recursive: true, force: true })
  await desk?.release()
})
beforeEach(async () => {
  await rm(clone, { recursive: true, force: true })
  const url = (await desk.git('remote', 'get-url', 'origin')).trim()
  await desk.run('git', 'clone', '--quiet', url, clone)
  await desk.run('git', '-C', clone, 'checkout', '--quiet', '--detach')
})

const ask = (...args: string[]): Promise<Said> =>
  desk.fluxOps(['upgrade', 'plan', '--ci', ...args], {
    cwd: clone,
    env: { KUBECONFIG: join(desk.paths.secrets, 'viewer.kubeconfig') },
  })

/** What Renovate does. */
async function repin(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const path = join(clone, file)
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(`v${FROM}`, `v${TO}`))
  }
  await desk.run('git', '-C', clone, 'commit', '--quiet', '--all', '--message', 'Update Flux')
}

test('a request that changes no pin passes: there is nothing to upgrade', async () => {
  const said = await ask()

  expect(said.text).toContain(`Flux ${FROM} runs and is what this clone pins`)
  expect(said.code).toBe(0)
})

test('a request that changes the pins is planned, and what has to be done before the merge ends with 4', async () => {
  await repin(PINS)

  const said = await ask('--markdown', '-')

  expect(said.code).toBe(4)
  const [first = ''] = said.stdout.split('\n')
  expect(first).toMatch(/^<!-- flux-ops upgrade [0-9a-f-]{36} -->$/)
  expect(said.stdout).toContain(`### Flux ${FROM} → ${TO}`)
  expect(said.stdout).toContain('not yet: something has to be done before this is merged')
  expect(said.stdout).toContain('Before the merge: rewrite what the cluster stores in old API versions')
  expect(said.stdout).toContain('Before the merge: API versions in files')
  expect(await desk.world()).toEqual(before)
})

test('a request that changes one pin of two is refused, naming the other', async () => {
  await repin(PINS.slice(0, 1))

  const said = await ask('--json', '--markdown', 'comment.md')

  expect(said.code).toBe(3)
  const report = JSON.parse(said.stdout) as {
    checks: { failed: string[]; reports: { id: string; result: { items?: { where: string }[] } }[] }
  }
  expect(report.checks.failed).toEqual(['pins-found'])
  expect(report.checks.reports.find(({ id }) => id === 'pins-found')?.result.items?.[0]?.where).toMatch(
    /^cluster\/flux\/config\/flux\.yaml:\d+$/,
  )
  const comment = await readFile(join(clone, 'comment.md'), 'utf8')
  expect(comment).toContain('**✗ 1 check does not pass**')
  expect(comment).toContain('cluster/flux/config/flux.yaml:')
})

test('the plan of a request is kept for review and is not carried out', async () => {
  await repin(PINS)
  const plan = join(clone, 'plan.json')
  const made = await ask('--out', plan)

  const said = await desk.fluxOps(['upgrade', 'apply', plan, '--yes'], { cwd: clone })

  expect(made.code).toBe(4)
  expect(said.code).toBe(6)
  expect(said.text).toContain('it is for review')
  expect(await desk.world()).toEqual(before)
})

test('once it is done, the same request ends with 0 and may be merged', async () => {
  await repin(PINS)
  await desk.run(
    'sh',
    '-c',
    `cd '${clone}' && flux migrate -f cluster --yes && git commit --quiet --all --message 'Migrate' && flux migrate`,
  )

  const said = await ask('--markdown', 'comment.md')

  expect(said.text).not.toContain('✗')
  expect(await readFile(join(clone, 'comment.md'), 'utf8')).toContain('**✔ there is a plan**')
  expect(said.code).toBe(0)
})
