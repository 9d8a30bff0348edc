import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { environment, type SandboxPaths, standardServices, type Tools, up } from '../../../src/sandbox/index.ts'
import { type SharedSandbox, sharedSandbox } from '../../helpers/shared-sandbox.ts'
import { manifestsDir } from '../scratch.ts'

const FROM = '2.7.3'
const TO = '2.9.2'
const OCI_CRD = 'ocirepositories.source.toolkit.fluxcd.io'

describe.each(['pin', 'bootstrap'] as const)('a sandbox in style %s', (style) => {
  let sandbox: SharedSandbox
  let tools: Tools
  let paths: SandboxPaths
  let secrets: string[]

  const bring = () => up({ name: sandbox.name, root: sandbox.root, flux: FROM, style, tools, manifestsDir, services: standardServices })
  const run = async (tool: string, ...args: string[]): Promise<{ code: number; text: string }> => {
    const env = environment({ dir: paths.dir })
    return await promisify(execFile)(tools[tool] ?? tool, args, { env, maxBuffer: 2 ** 26 }).then(
      ({ stdout }) => ({ code: 0, text: stdout.trim() }),
      (error) => ({ code: Number(error.code), text: String(error.stderr) }),
    )
  }
  const git = async (...args: string[]): Promise<string> => (await run('git', '-C', paths.repo, ...args)).text

  beforeAll(async () => {
    sandbox = await sharedSandbox(style, FROM)
    ;({ tools, paths } = sandbox)
    const key = await readFile(join(paths.secrets, 'age.agekey'), 'utf8')
    secrets = [/^AGE-SECRET-KEY-.*$/m.exec(key)?.[0] ?? '', await readFile(join(paths.secrets, 'git-password'), 'utf8')]
  })
  afterAll(async () => sandbox?.release())

  test('has a Helm release and what depends on it running', async () => {
    const { text } = await run(
      'kubectl',
      'get',
      'pods',
      '--all-namespaces',
      '--output=jsonpath={range .items[*]}{.status.phase}/{.metadata.namespace} {end}',
    )

    expect(new Set(text.split(' '))).toEqual(new Set(['Running/default', 'Running/flux-system', 'Running/storage']))
  })

  test('remembers the release before: storedVersions names the version that is no longer written', async () => {
    const { text } = await run('kubectl', 'get', 'crd', OCI_CRD, '--output=jsonpath={.status.storedVersions}')

    expect(JSON.parse(text)).toEqual(['v1beta2', 'v1'])
  })

  test('refuses the CRDs of the next release before a migration, by the word of the real API server', async () => {
    const crds = `github.com/fluxcd/flux2/manifests/crds?ref=v${TO}`

    const { code, text } = await run('kubectl', 'apply', '--server-side', '--force-conflicts', '--dry-run=server', '--kustomize', crds)

    expect(code).not.toBe(0)
    expect(text).toContain(`"${OCI_CRD}" is invalid: status.storedVersions[0]: Invalid value: "v1beta2"`)
  })

  test('has manifests in an API version that the next release does not serve', async () => {
    const old = await git('grep', '--name-only', 'source.toolkit.fluxcd.io/v1beta2')

    expect(old.split('\n')).toHaveLength(2)
  })

  test('gives a clean clone that follows the branch that the cluster follows', async () => {
    expect(await git('status', '--porcelain=v1', '--branch')).toBe('## main...origin/main')
    expect(await git('ls-remote', 'origin', 'refs/heads/main')).toContain(await git('rev-parse', 'HEAD'))
  })

  test('has its secrets in no commit, no configuration, no log and no argument', async () => {
    const history = await git('log', '--all', '--patch')
    const { text: logs } = await run(
      'grep',
      '--recursive',
      '--no-filename',
      '--extended-regexp',
      secrets.join('|'),
      paths.logs,
      paths.state,
      paths.gitconfig,
    )
    const { text: processes } = await run('ps', '-e', '-o', 'args')

    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(20)
      expect(history).not.toContain(secret)
      expect(processes).not.toContain(secret)
    }
    expect(logs).toBe('')
  })

  test('keeps its repository and its objects when up is called again', async () => {
    const head = await git('rev-parse', 'HEAD')
    const uid = () => run('kubectl', '--namespace=default', 'get', 'helmrelease', 'hello', '--output=jsonpath={.metadata.uid}')
    const before = await uid()
    expect(before.text).toMatch(/^[0-9a-f-]{36}$/)

    await bring()

    expect(await git('rev-parse', 'origin/main')).toBe(head)
    expect(await uid()).toEqual(before)
  })
})
