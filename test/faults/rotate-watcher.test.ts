// From the first step of a rotation to the last nothing fails to decrypt, though every Kustomization is reconciled all the time; with the controllers of
// both releases, and in both ways by which Flux is told of its key.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { waitUntil } from '../../src/sandbox/processes.ts'
import { isPostQuantum } from '../../src/sops/rules/age-recipient.ts'
import { settled } from '../helpers/settled.ts'
import { RotationDesk } from '../runbooks/age-rotate/desk.ts'
import { type Watched, watched } from '../runbooks/age-rotate/watcher.ts'

let desk: RotationDesk | undefined

afterEach(async () => {
  await desk?.close()
  desk = undefined
})

/** As kustomize-controller words it. */
const SHUT = /no identity matched|sops data key/

const DECRYPTING = ['cluster', 'cluster-apps', 'cluster-apps-hello']

function expectQuiet({ failures, reconciliations }: Watched): void {
  console.log(`reconciled meanwhile: ${JSON.stringify(reconciliations)}`)
  expect(failures).toEqual([])
  for (const name of DECRYPTING) expect(reconciliations[name], name).toBeGreaterThan(2)
}

const FALLBACK = `    - patch: |
        - op: add
          path: /spec/template/spec/containers/0/args/-
          value: --sops-age-secret=age-key
      target:
        kind: Deployment
        name: kustomize-controller
`

/** Kustomizations name no Secret any more: kustomize-controller is told of it. */
async function withGlobalKey(of: RotationDesk): Promise<void> {
  await of.colleague('One key for all', async (dir) => {
    const flux = join(dir, 'cluster/flux/config/flux.yaml')
    await writeFile(flux, (await readFile(flux, 'utf8')).replace('  patches:\n', `  patches:\n${FALLBACK}`))
    for (const path of (await of.tool('git', ['-C', dir, 'grep', '--name-only', 'name: age-key', '--', 'cluster/flux']))
      .split('\n')
      .filter(Boolean)) {
      const text = await readFile(join(dir, path), 'utf8')
      await writeFile(join(dir, path), text.replace(/\n +secretRef:\n +name: age-key(?=\n)/g, ''))
    }
  })
  await of.sandbox.git('pull', '--ff-only', '--quiet')
  const head = (await of.sandbox.git('rev-parse', 'HEAD')).trim()
  await of.kubectl('-n', 'flux-system', 'annotate', '--overwrite', 'gitrepository/home-cluster', 'reconcile.fluxcd.io/requestedAt=global')
  const jsonpath = (path: string, value: string): string => `--for=jsonpath=${path}=${value}`
  for (const name of DECRYPTING)
    await of.kubectl(
      '-n',
      'flux-system',
      'wait',
      `kustomization/${name}`,
      jsonpath('{.status.lastAppliedRevision}', `main@sha1:${head}`),
      '--timeout=120s',
    )
  await of.kubectl('-n', 'flux-system', 'wait', 'kustomization/flux', '--for=condition=Ready', '--timeout=120s')
  await settled(of.sandbox.paths.dir, join(of.sandbox.paths.bin, 'kubectl'))
}

describe('a watcher that reconciles everything all the time', () => {
  test('sees what a careless rotation does: it is no watcher that sees nothing', async () => {
    desk = await RotationDesk.open('pin')
    await desk.fresh()
    const secret = await desk.secret()
    const other = (await desk.sandbox.run('age-keygen')).toString()
    const careless = { ...secret, data: { 'age.agekey': Buffer.from(other).toString('base64') } }
    const here = desk

    const seen = await watched(here, async () => {
      await here.tool('kubectl', ['replace', '--filename=-'], { stdin: JSON.stringify(careless) })
      // Ready=False alone may be that it waits for another one, which is asked all the time as well.
      const failed = async (): Promise<boolean> => SHUT.test(Object.values(await here.ready()).join('\n'))
      await waitUntil('something to fail to decrypt', failed, { withinMs: 120_000 })
    })

    expect(seen.failures.join('\n')).toMatch(SHUT)
  })

  test('sees nothing with Flux 2.7.3, where each Kustomization names its Secret', async () => {
    desk = await RotationDesk.open('pin')
    await desk.fresh()
    const here = desk

    const seen = await watched(here, async () => expect((await here.rotate()).outcome).toBe('done'))

    expectQuiet(seen)
    expect(await here.losses()).toEqual([])
  })

  test('sees nothing where kustomize-controller is told of one Secret for all', async () => {
    desk = await RotationDesk.open('pin')
    await desk.fresh()
    const here = desk
    await withGlobalKey(here)
    const args = await here.kubectl(
      '-n',
      'flux-system',
      'get',
      'deployment',
      'kustomize-controller',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].args}',
    )
    expect(args).toContain('--sops-age-secret=age-key')
    expect(
      await here.kubectl('get', 'kustomizations.kustomize.toolkit.fluxcd.io', '-A', '-o', 'jsonpath={.items[*].spec.decryption.secretRef}'),
    ).toBe('')

    const seen = await watched(here, async () => expect((await here.rotate()).outcome).toBe('done'))

    expectQuiet(seen)
    expect(await here.recipientsInCluster()).not.toContain(here.old)
    expect(await here.losses()).toEqual([])
  })

  test('sees nothing with Flux 2.9.2 and a post-quantum key', async () => {
    desk = await RotationDesk.open('pin', '2.9.2')
    await desk.fresh()
    const here = desk

    const seen = await watched(here, async () => expect((await here.rotate({ postQuantum: true })).outcome).toBe('done'))

    expectQuiet(seen)
    expect((await here.recipientsInCluster()).map(isPostQuantum)).toEqual([true])
    expect(await here.losses()).toEqual([])
  })
})
