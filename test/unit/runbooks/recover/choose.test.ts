import { describe, expect, test } from 'vitest'
import { choose, standing } from '../../../../runbooks/recover/choose.ts'
import { inputSchema } from '../../../../runbooks/recover/input.ts'
import type { Diagnosis } from '../../../../src/diagnosis/diagnose.ts'
import type { OpsError } from '../../../../src/errors.ts'
import { dependsOn, diagnosed, not, object, suspended } from '../../diagnosis/objects.ts'

const unreachable = not(
  object('GitRepository', 'flux-system/home-ops', { url: 'https://git/x' }),
  'GitOperationFailed',
  'connection refused',
)
const exhausted = not(object('HelmRelease', 'media/plex'), 'RetriesExceeded', 'Failed to upgrade after 3 attempt(s)')
const built = not(object('Kustomization', 'apps/web'), 'BuildFailed', 'kustomize build failed: accumulating resources')
const behind = not(object('Kustomization', 'apps/behind', dependsOn('web')), 'DependencyNotReady', "dependency 'apps/web' is not ready")
const deleted = {
  ...object('Kustomization', 'apps/gone'),
  metadata: { name: 'gone', namespace: 'apps', finalizers: ['finalizers.fluxcd.io'], deletionTimestamp: '2020-01-01T00:00:00Z' },
}
const well = object('Kustomization', 'apps/well')
const stopped = suspended(object('Kustomization', 'apps/stopped'))

const all = diagnosed([unreachable, exhausted, built, behind, deleted, well, stopped])

const asked = (input: object, diagnosis: Diagnosis = all) => choose(diagnosis, inputSchema.parse(input))

const chosen = (input: object): unknown => {
  const completed = asked(input)
  return 'input' in completed ? completed.input.chosen : completed
}

function refused(input: object, diagnosis: Diagnosis = all): OpsError {
  try {
    asked(input, diagnosis)
  } catch (error) {
    return error as OpsError
  }
  throw new Error('nothing was refused')
}

describe('one cause', () => {
  test('is chosen by its name, with what is safe', () => {
    expect(chosen({ object: 'GitRepository flux-system/home-ops' })).toEqual([
      { object: 'GitRepository flux-system/home-ops', does: 'reconcile' },
    ])
    expect(chosen({ object: 'HelmRelease media/plex' })).toEqual([{ object: 'HelmRelease media/plex', does: 'reset' }])
  })

  test('is chosen by its number in the list', () => {
    const at = all.causes.findIndex(({ object: name }) => name === 'HelmRelease media/plex') + 1

    expect(chosen({ cause: at })).toEqual([{ object: 'HelmRelease media/plex', does: 'reset' }])
  })

  test('is chosen without its namespace where only one has the name', () => {
    expect(chosen({ object: 'HelmRelease plex' })).toEqual([{ object: 'HelmRelease media/plex', does: 'reset' }])
  })

  test('of a number that the list does not have is refused, with how many there are', () => {
    expect(refused({ cause: 9 })).toMatchObject({ code: 'cause-unknown', exit: 'usage', message: expect.stringContaining('4 causes') })
  })

  test('gets what can harm only where that is asked for', () => {
    expect(chosen({ object: 'HelmRelease media/plex', with: 'force' })).toEqual([{ object: 'HelmRelease media/plex', does: 'force' }])
    expect(refused({ object: 'Kustomization apps/gone' })).toMatchObject({
      code: 'needs-a-person',
      hints: expect.arrayContaining([expect.stringContaining('--with drop-finalizers')]),
    })
  })

  test('gets nothing that is no remedy of it', () => {
    expect(refused({ object: 'HelmRelease media/plex', with: 'drop-finalizers' })).toMatchObject({
      code: 'remedy-unknown',
      hints: [expect.stringContaining('--with reset or force')],
    })
  })
})

describe('an object that is no cause', () => {
  test('is left alone where it waits for another, which is named', () => {
    expect(refused({ object: 'Kustomization apps/behind' })).toMatchObject({
      code: 'waits-for-another',
      message: expect.stringContaining('Kustomization apps/web'),
      hints: ['flux-ops recover fix Kustomization/apps/web'],
    })
  })

  test('is left alone where a person has suspended it', () => {
    expect(refused({ object: 'Kustomization apps/stopped' })).toMatchObject({ code: 'suspended', exit: 'refused' })
  })

  test('needs nothing where it is well', () => {
    expect(asked({ object: 'Kustomization apps/well' })).toEqual({ nothing: expect.stringContaining('no cause') })
  })
})

describe('only what is safe', () => {
  test('is what Flux would do by itself, for every cause', () => {
    expect(chosen({ onlySafe: true })).toEqual([
      { object: 'Kustomization apps/web', does: 'reconcile' },
      { object: 'GitRepository flux-system/home-ops', does: 'reconcile' },
    ])
  })

  test('is nothing where no cause was found, and refused where each needs a person', () => {
    expect(asked({ onlySafe: true }, diagnosed([well]))).toEqual({ nothing: expect.stringContaining('no cause') })
    expect(refused({ onlySafe: true }, diagnosed([deleted]))).toMatchObject({ code: 'nothing-safe', exit: 'refused' })
  })
})

describe('what was chosen a moment ago', () => {
  const gone = { object: 'Kustomization apps/gone-well', does: 'reconcile' } as const
  const web = { object: 'Kustomization apps/web', does: 'reconcile' } as const
  const still = (input: object): unknown => standing(all.causes, inputSchema.parse(input))

  test('is left out of what is only safe once it has got well', () => {
    expect(still({ onlySafe: true, chosen: [gone, web] })).toEqual([web])
  })

  test('is not done where it was named and is another cause by now', () => {
    expect(() => still({ object: 'Kustomization apps/gone-well', chosen: [gone] })).toThrow('is not what it was a moment ago')
    expect(() => still({ onlySafe: true, chosen: [gone] })).toThrow('is not what it was a moment ago')
  })
})
