import { describe, expect, test } from 'vitest'
import { isSwitchInGit, type Suspension, suspensionMark, suspensionOf, suspensionText, whoSuspended } from '../../../src/flux/suspension.ts'
import { forgetFields } from '../../../src/flux/suspension-fields.ts'
import type { KubeObject, ManagedField } from '../../../src/ports/kube.ts'
import { flux } from './objects.ts'

const NOW = '2026-11-22T03:00:00Z'

const switched = (manager: string, time: string, operation = 'Update'): ManagedField => ({
  manager,
  operation,
  time,
  fieldsV1: { 'f:spec': { 'f:suspend': {} } },
})

const noted = (time: string): ManagedField => ({
  manager: 'flux-ops',
  operation: 'Update',
  time,
  fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:flux-ops.dev/suspended-at': {} } }, 'f:spec': { 'f:suspend': {} } },
})

const NOTES = {
  'flux-ops.dev/suspended-by': 'you@laptop',
  'flux-ops.dev/suspended-reason': 'disk is moved',
  'flux-ops.dev/suspended-at': '2026-11-21T03:00:00Z',
}

function suspended(annotations: Record<string, string> = {}, managedFields?: ManagedField[]): KubeObject {
  const object = flux('HelmRelease', 'plex', { namespace: 'media', spec: { suspend: true }, annotations })
  return managedFields === undefined ? object : { ...object, metadata: { ...object.metadata, managedFields } }
}

/** The same of an object from a list, of which the fields that nobody asks for were taken away. */
function told(object: KubeObject, now = NOW): Suspension {
  const listed = structuredClone(object)
  forgetFields(listed)
  expect(suspensionOf(listed, now)).toEqual(suspensionOf(object, now))
  return suspensionOf(object, now) as Suspension
}

describe('who, why and since', () => {
  test('an object that is not suspended has none', () => {
    expect(suspensionOf(flux('HelmRelease', 'plex'), NOW)).toBeUndefined()
  })

  test('our annotations tell all of it', () => {
    expect(told(suspended({ ...NOTES, 'flux-ops.dev/suspended-until': '2026-11-23T03:00:00Z' }, [noted('2026-11-21T03:00:00Z')]))).toEqual({
      by: 'you@laptop',
      manager: 'flux-ops',
      reason: 'disk is moved',
      since: '2026-11-21T03:00:00Z',
      until: '2026-11-23T03:00:00Z',
      inGit: false,
      heldBy: null,
      expired: false,
      forgotten: false,
    })
  })

  test('without them the field manager tells who, and when it last wrote', () => {
    expect(told(suspended({}, [switched('kubectl-patch', '2026-11-21T00:00:00Z')]))).toMatchObject({
      by: null,
      manager: 'kubectl-patch',
      since: '2026-11-21T00:00:00Z',
      reason: null,
    })
  })

  test('annotations of an older suspension, which somebody ended without us, do not count', () => {
    const fields = [noted('2026-11-21T03:00:00Z'), switched('flux', '2026-11-22T01:00:00Z')]

    expect(told(suspended(NOTES, fields))).toMatchObject({ by: null, manager: 'flux', reason: null, since: '2026-11-22T01:00:00Z' })
  })

  test('annotations that were put to a suspension of flux count', () => {
    const fields = [
      switched('flux', '2026-11-20T01:00:00Z'),
      { ...noted('2026-11-21T03:00:00Z'), fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:flux-ops.dev/suspended-at': {} } } } },
    ]

    expect(told(suspended(NOTES, fields))).toMatchObject({ by: 'you@laptop', reason: 'disk is moved' })
  })

  test('of an ArtifactGenerator the switch is an annotation', () => {
    const field = {
      manager: 'flux',
      time: '2026-11-21T00:00:00Z',
      fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:source.extensions.fluxcd.io/reconcile': {} } } },
    }
    const object = flux('ArtifactGenerator', 'x', { annotations: { 'source.extensions.fluxcd.io/reconcile': 'disabled' } })

    expect(told({ ...object, metadata: { ...object.metadata, managedFields: [field] } })).toMatchObject({
      manager: 'flux',
      since: '2026-11-21T00:00:00Z',
    })
  })

  test('what a controller applies from git is told as such', () => {
    const object = suspended({}, [switched('kustomize-controller', '2026-11-01T00:00:00Z', 'Apply')])

    expect(isSwitchInGit(object)).toBe(true)
    expect(whoSuspended(told(object))).toBe('in git')
  })

  test('what a run of flux-ops holds is told as such', () => {
    expect(whoSuspended(told(suspended({ 'flux-ops.dev/held-by': 'run-1' })))).toBe('held by run run-1')
  })
})

describe('forgotten', () => {
  const by = (since: string, more: Record<string, string> = {}): boolean =>
    told(suspended({ 'flux-ops.dev/suspended-at': since, ...more })).forgotten

  test('after 7 days without a reason, and not before', () => {
    expect(by('2026-11-15T02:59:59Z')).toBe(true)
    expect(by('2026-11-15T03:00:00Z')).toBe(false)
  })

  test('not with a reason, as long as its end is to come', () => {
    const reason = { 'flux-ops.dev/suspended-reason': 'disk' }

    expect(by('2026-01-01T00:00:00Z', reason)).toBe(false)
    expect(by('2026-11-21T00:00:00Z', { ...reason, 'flux-ops.dev/suspended-until': '2026-11-22T03:00:00Z' })).toBe(true)
  })

  test('a reason of blanks is none', () => {
    expect(by('2026-01-01T00:00:00Z', { 'flux-ops.dev/suspended-reason': '  ' })).toBe(true)
  })

  test('not what git says, which has its reason there', () => {
    expect(told(suspended({}, [switched('kustomize-controller', '2026-01-01T00:00:00Z', 'Apply')])).forgotten).toBe(false)
  })

  test('an end that is no time is none', () => {
    expect(told(suspended({ 'flux-ops.dev/suspended-until': 'soon' }))).toMatchObject({ until: null, expired: false })
  })
})

describe('the mark', () => {
  test('tells a suspension from the one that came after it', () => {
    const first = suspended({}, [switched('flux', '2026-11-21T00:00:00Z')])
    const second = suspended({}, [switched('flux', '2026-11-22T00:00:00Z')])

    expect(suspensionMark(first)).not.toBe(suspensionMark(second))
    expect(suspensionMark(first)).toBe(suspensionMark(structuredClone(first)))
  })

  test('is empty for what is not suspended', () => {
    expect(suspensionMark(flux('HelmRelease', 'plex'))).toBe('')
  })
})

describe('hostile objects', () => {
  test.each([
    ['managedFields that are a text', 'x'],
    ['managedFields of nothing', [null, 3, 'x']],
    ['fields that are no tree', [{ manager: 'flux', fieldsV1: 'f:spec' }]],
    ['a manager that is a number', [{ manager: 3, time: 4, fieldsV1: { 'f:spec': { 'f:suspend': {} } } }]],
  ])('%s do no harm', (_what, managedFields) => {
    const object = suspended()

    expect(() => told({ ...object, metadata: { ...object.metadata, managedFields } } as never)).not.toThrow()
  })

  test.each(['Sat Nov 22 2026 (and a long story)', '2026-99-99T00:00:00Z', 'x'.repeat(1_000_000)])('%.40s is no end', (until) => {
    expect(told(suspended({ 'flux-ops.dev/suspended-until': until })).until).toBeNull()
  })

  test('a reason of a megabyte is short on its line', () => {
    const text = suspensionText(told(suspended({ 'flux-ops.dev/suspended-reason': `a\nb${'x'.repeat(1_000_000)}` })), NOW)

    expect(text.length).toBeLessThan(300)
    expect(text).not.toContain('\n')
  })
})

test('one line tells age, person, reason and end', () => {
  const notes = { ...NOTES, 'flux-ops.dev/suspended-until': '2026-11-22T01:00:00Z' }

  expect(suspensionText(told(suspended(notes)), NOW)).toBe('for 1 day, by you@laptop: disk is moved; it was to end at 2026-11-22T01:00:00Z')
  expect(suspensionText(told(suspended({}, [switched('flux', '2026-11-22T02:00:00Z')])), NOW)).toBe('for 1 hour, by flux, no reason given')
})
