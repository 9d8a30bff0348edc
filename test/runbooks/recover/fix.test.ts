// A cause that stands is dealt with by the built program, on a cluster with real controllers.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FixDesk } from './desk.ts'
import { exhausted, immutable, LATE, lateCredential, undeletable } from './states.ts'

const STATES = [lateCredential, immutable, exhausted, undeletable]

let desk: FixDesk

beforeAll(async () => {
  desk = await FixDesk.open('2.7.3', STATES)
}, 300_000)
afterAll(() => desk?.close())

const fix = (...args: string[]) => desk.recover.flux('recover', 'fix', ...args)

const runs = async (): Promise<string[]> => readdir(join(desk.recover.work, 'state', 'flux-ops', 'runs')).catch(() => [])

describe('before anything is done', () => {
  test('a dry run says what would be done to which object, and changes nothing', async () => {
    const { namespace } = desk.place(lateCredential)
    const before = await desk.object('gitrepository', namespace, 'src')

    const { code, text } = await fix(desk.typed(lateCredential), '--dry-run')

    expect(text).toContain(`annotate GitRepository ${namespace}/src reconcile.fluxcd.io/requestedAt=`)
    expect(code).toBe(0)
    expect((await desk.object('gitrepository', namespace, 'src'))?.metadata.annotations).toEqual(before?.metadata.annotations)
    expect(await runs()).toEqual([])
  })

  test('what only waits for another is not dealt with, and the other is named', async () => {
    const { namespace } = desk.place(lateCredential)

    const { code, text } = await fix(`Kustomization/${namespace}/app`, '--yes')

    expect(code).toBe(6)
    expect(text).toContain(`only waits for GitRepository ${namespace}/src`)
  })

  test.each([
    [['2', '--yes'], 'number 2 may be another cause by now'],
    [[], 'no cause was named'],
    [['GitRepository/nowhere/src', '--with', 'force', '--only-safe'], 'name none'],
    [['Pod/a/b'], '"Pod" is not a kind of'],
    [['99'], 'there is no cause 99'],
    [['ks/a/b', '--with', 'drop-finalizers'], 'nobody can be asked here'],
    [['ks/b', '--with', 'drop-finalizers', '--confirm', 'ks/b'], 'named in full'],
    [['ks/a/b', '--fingerprint', 'SHA256:x'], 'a fingerprint is for a host key'],
  ])('%j is refused as wrong usage', async (args, says) => {
    const { code, text } = await fix(...args)

    expect(text).toContain(says)
    expect(code).toBe(2)
  })
})

/** What the newest run has saved of the source before it touched it; none where it had nothing to touch. */
async function savedSource(): Promise<object | undefined> {
  const { namespace } = desk.place(lateCredential)
  const newest = (await runs()).sort().at(-1) ?? ''
  const file = join(desk.recover.work, 'state', 'flux-ops', 'runs', newest, 'saved', `GitRepository_${namespace}_src.json`)
  return readFile(file, 'utf8').then(JSON.parse, () => undefined)
}

/** Flux looks by itself as well: where it was quicker, before the run or in the middle of it, the source is broken again. */
async function mendedAndFixed(): ReturnType<typeof fix> {
  const { namespace } = desk.place(lateCredential)
  for (let left = 3; ; left--) {
    await desk.mend(lateCredential)
    const said = await fix(desk.typed(lateCredential), '--yes')
    if (left === 0 || (await savedSource()) !== undefined) return said
    await desk.recover.kubectl('delete', 'secret', LATE, '-n', namespace)
    await desk.recover.kubectl(
      'annotate',
      'gitrepository/src',
      '-n',
      namespace,
      '--overwrite',
      `reconcile.fluxcd.io/requestedAt=broken-${left}`,
    )
    await desk.recover.kubectl('wait', 'gitrepository/src', '-n', namespace, '--for=condition=Ready=False', '--timeout=60s')
  }
}

test('a source is asked for once its reason is gone, proven by what it says, and saved before', async () => {
  const { namespace } = desk.place(lateCredential)

  const { code, text } = await mendedAndFixed()

  expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('prove it by what each object says of itself') })
  expect(await desk.ready('gitrepository', namespace, 'src')).toBe('True')
  expect(await savedSource()).toMatchObject({
    status: { conditions: expect.arrayContaining([expect.objectContaining({ status: 'False' })]) },
  })
  expect((await fix(desk.typed(lateCredential), '--yes')).text).toContain('nothing to be done')
})

test('a HelmRelease that has given up begins anew, and what still fails is told with exit 5', async () => {
  const { namespace } = desk.place(exhausted)

  const failed = await fix(desk.typed(exhausted), '--yes')
  await desk.mend(exhausted)
  const mended = await fix(desk.typed(exhausted), '--yes')

  expect(failed).toMatchObject({ code: 5, text: expect.stringContaining(`HelmRelease ${namespace}/app: `) })
  expect(failed.text).toContain(`flux-ops recover fix HelmRelease/${namespace}/app`)
  expect(mended.code).toBe(0)
  expect(await desk.ready('helmrelease', namespace, 'app')).toBe('True')
})

describe('what can harm', () => {
  test('is not done for somebody who has typed another name', async () => {
    const { namespace } = desk.place(undeletable)

    const { code, text } = await fix(desk.typed(undeletable), '--with', 'drop-finalizers', '--confirm', 'ks/other/app', '--yes')

    expect(text).toContain('✗ confirmed-by-name   "Kustomization other/app" was typed')
    expect(code).toBe(3)
    expect(await desk.object('kustomization', namespace, 'app')).toBeDefined()
  })

  test('is not done for somebody who has typed something else on a terminal, after having read what it costs', async () => {
    const { namespace } = desk.place(undeletable)

    const { code, text } = await desk.onTerminal(
      ['recover', 'fix', desk.typed(undeletable), '--with', 'drop-finalizers'],
      [['Type the name of the object', 'yes\n']],
    )

    expect(text).toContain('nobody prunes it any more')
    expect(text).toContain('nothing was changed')
    expect(code).toBe(6)
    expect(await desk.object('kustomization', namespace, 'app')).toBeDefined()
  })

  test('is done for somebody who has: a Kustomization that is held goes, what it has applied stays, and there is no way back', async () => {
    const { namespace } = desk.place(undeletable)
    const typed = desk.typed(undeletable)

    const { code, text } = await desk.onTerminal(
      ['recover', 'fix', typed, '--with', 'drop-finalizers'],
      [
        ['Type the name of the object', `${typed}\n`],
        ['Go on? [y/N]', 'y\n'],
      ],
    )

    expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('nobody prunes it any more') })
    expect(await desk.object('kustomization', namespace, 'app')).toBeUndefined()
    expect(await desk.object('configmap', namespace, 'kept')).toBeDefined()
  })

  test('is done once: an object is made anew, and nothing stays that would delete it again', async () => {
    const { namespace } = desk.place(immutable)
    const before = await desk.object('configmap', namespace, 'fixed')
    const typed = desk.typed(immutable)

    const { code, text } = await fix(typed, '--with', 'recreate', '--confirm', typed, '--yes')

    expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('tidy-1') })
    const after = await desk.object('configmap', namespace, 'fixed')
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid)
    expect(after?.metadata.annotations ?? {}).not.toHaveProperty('kustomize.toolkit.fluxcd.io/force')
    expect(await desk.ready('kustomization', namespace, 'app')).toBe('True')
  })
})
