// Cluster files of `examples` that lie behind SSH, on an empty cluster: every layer is Ready, and a second time nothing changes. Only hosts, context, release and
// keys are others. Those of the forges, of the operator: forge.test.ts, operator.test.ts.
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { namedTools } from '../../src/sandbox/standard.ts'
import { type SshServer, startSshd } from '../helpers/ssh-server.ts'
import { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'

type Fields = Record<string, Record<string, unknown>>

let desk: BootstrapDesk
let sshd: SshServer

beforeAll(async () => {
  desk = await BootstrapDesk.open()
  const { sshd: program = '' } = await namedTools(['ssh'], () => {})
  sshd = await startSshd(program, join(desk.work, 'sshd'))
  await writeFile(join(desk.work, 'id'), sshd.identity, { mode: 0o600 })
  await desk.tell('SSH key', sshd.identity.split('\n')[3] ?? '')
})
afterAll(async () => {
  await sshd?.close()
  await desk?.close()
})
beforeEach(() => desk.reset())

/** As ssh-keygen -l prints it. */
const fingerprint = (): string => {
  const blob = sshd.knownHosts().trim().split(' ')[2] ?? ''
  return `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')}`
}

/** An example, with what this machine has in place of what it names. */
async function adapted(name: string, change: (example: Fields) => Promise<Fields>): Promise<string> {
  const text = await readFile(new URL(`../../examples/${name}.yaml`, import.meta.url), 'utf8')
  const { apiVersion: _api, kind: _kind, ...example } = parse(text) as Fields
  const usual = parse(await readFile(await desk.file(), 'utf8')) as Fields
  const { uid: _uid, ...cluster } = example.cluster ?? {}
  const flux = { ...example.flux, version: '2.9.2' }
  const git = { ...example.git, url: `${sshd.url}${desk.bare()}`, allowInsecure: false }
  return desk.file({ ...example, ...(await change({ ...example, cluster: { ...cluster, context: usual.cluster?.context }, flux, git })) })
}

async function twice(file: string): Promise<void> {
  const said = await desk.bootstrap(file)
  expect(said, `${said.stdout}${said.stderr}`).toMatchObject({ code: 0 })
  const before = await desk.versions()
  const again = await desk.bootstrap(file)
  expect(again, `${again.stdout}${again.stderr}`).toMatchObject({ code: 0 })
  expect(await desk.log()).toHaveLength(1)
  expect(await desk.versions()).toEqual(before)
}

const STORAGE = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: standard
  annotations:
    storageclass.kubernetes.io/is-default-class: "true"
provisioner: example.com/none
`

test('git-ssh.yaml: every layer is Ready, and a second time nothing changes', async () => {
  await writeFile(join(desk.work, 'storage.yaml'), STORAGE)
  await desk.kubectl('apply', '-f', join(desk.work, 'storage.yaml'))
  const file = await adapted('git-ssh', async ({ cluster, flux, git, sops }) => ({
    cluster: cluster ?? {},
    flux: flux ?? {},
    git: { ...git, auth: { ssh: { privateKeyFile: 'id', hostKeys: [fingerprint()] } } },
    sops: { ...sops, backup: { ...(sops?.backup as object), out: await desk.folder() } },
  }))

  await twice(file)
})

/** A Secret as sops seals it, in the folder of the cluster file. */
async function sealed(path: string, name: string, entry: string, value: string, recipient: string): Promise<void> {
  const plain = join(desk.work, 'plain.yaml')
  const manifest = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'flux-system' },
    type: 'Opaque',
    stringData: { [entry]: value },
  }
  await writeFile(plain, JSON.stringify(manifest), { mode: 0o600 })
  const how = ['--age', recipient, '--encrypted-regex', '^(data|stringData)$', '--input-type', 'yaml', '--output-type', 'yaml']
  const text = await desk.run('sops', '--encrypt', ...how, plain)
  await mkdir(dirname(join(desk.work, path)), { recursive: true })
  await writeFile(join(desk.work, path), text)
}

test('kustomize.yaml: every layer is Ready, and a second time nothing changes', async () => {
  const key = await desk.run('age-keygen')
  await desk.tell('age key', /AGE-SECRET-KEY-\S+/.exec(key)?.[0] ?? '')
  const recipient = /public key: (age1\S+)/.exec(key)?.[1] ?? ''
  await writeFile(join(desk.work, 'home-ops.txt'), key, { mode: 0o600 })
  await writeFile(join(desk.work, 'known_hosts'), sshd.knownHosts())
  await sealed('cluster/bootstrap/age-key.sops.yaml', 'age-key', 'age.agekey', key, recipient)
  await sealed('cluster/bootstrap/github-deploy-key.sops.yaml', 'github-deploy-key', 'identity', sshd.identity, recipient)
  const registry = `${await desk.registry()}/fluxcd`
  const file = await adapted('kustomize', async ({ cluster, flux, git, sops }) => ({
    cluster: cluster ?? {},
    flux: { ...flux, registry },
    git: { ...git, auth: { ssh: { privateKeyFile: 'id', knownHostsFile: 'known_hosts' } } },
    sops: { ...sops, key: { file: 'home-ops.txt' } },
  }))

  await twice(file)
})
