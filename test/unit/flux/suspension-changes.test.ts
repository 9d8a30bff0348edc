import { describe, expect, test } from 'vitest'
import { suspensionMark } from '../../../src/flux/suspension.ts'
import {
  mayResume,
  maySuspend,
  maySuspendAgain,
  mayUnsuspend,
  notesBefore,
  type Planned,
  putBackBody,
  resumeBody,
  suspendBody,
} from '../../../src/flux/suspension-changes.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import { flux } from './objects.ts'

const RUN = 'run-1'

const BY = 'flux-ops.dev/suspended-by'
const SUSPENDED_RUN = 'flux-ops.dev/suspended-run'
const RESUMED_RUN = 'flux-ops.dev/resumed-run'

interface Looks {
  suspend?: boolean
  notes?: Record<string, string>
  uid?: string
  manager?: [name: string, time: string]
  deletionTimestamp?: string
}

function live({ suspend = false, notes = {}, uid = 'uid-1', manager, deletionTimestamp }: Looks = {}): KubeObject {
  const object = flux('HelmRelease', 'plex', { spec: suspend ? { suspend } : {}, annotations: notes })
  const managedFields = manager && [{ manager: manager[0], time: manager[1], fieldsV1: { 'f:spec': { 'f:suspend': {} } } }]
  const more = { ...(managedFields && { managedFields }), ...(deletionTimestamp !== undefined && { deletionTimestamp }) }
  return { ...object, metadata: { ...object.metadata, uid, resourceVersion: '7', ...more } }
}

const planned = (object: KubeObject): Planned => ({
  uid: 'uid-1',
  switch: 'spec',
  mark: suspensionMark(object),
  before: notesBefore(object),
})

const byFlux = live({ suspend: true, manager: ['flux', '2026-11-21T00:00:00Z'] })

describe('suspending', () => {
  const free = planned(live())

  test.each([
    ['writes to what is as it was', live(), 'write'],
    ['has nothing to do where this run was already', live({ suspend: true, notes: { [SUSPENDED_RUN]: RUN } }), 'done'],
    ['passes over what is gone', undefined, 'gone'],
    ['passes over what is being deleted', live({ deletionTimestamp: '2026-11-22T00:00:00Z' }), 'gone'],
    ['leaves what was made anew', live({ uid: 'uid-2' }), 'leave'],
    ['leaves what somebody else has suspended since', live({ suspend: true, notes: { [BY]: 'bob' } }), 'leave'],
    ['leaves what somebody has resumed after this run', live({ notes: { [SUSPENDED_RUN]: RUN } }), 'leave'],
  ])('%s', (_what, object, act) => {
    expect(maySuspend(free, object, RUN).act).toBe(act)
  })

  test('leaves what was resumed since, when it was to get a reason', () => {
    expect(maySuspend(planned(byFlux), live(), RUN)).toEqual({ act: 'leave', why: 'it was resumed since the plan' })
  })

  test('says at the object who, why, since and until when, for this very state of it', () => {
    const note = { owner: 'you', reason: 'disk', at: 'A', until: null, run: RUN }

    expect(suspendBody(live(), 'spec', note)).toEqual({
      metadata: {
        uid: 'uid-1',
        resourceVersion: '7',
        annotations: {
          [BY]: 'you',
          'flux-ops.dev/suspended-reason': 'disk',
          'flux-ops.dev/suspended-at': 'A',
          'flux-ops.dev/suspended-until': null,
          [SUSPENDED_RUN]: RUN,
          [RESUMED_RUN]: null,
        },
      },
      spec: { suspend: true },
    })
  })

  test('is taken back only where it is of this run', () => {
    expect(mayUnsuspend(free, live({ suspend: true, notes: { [SUSPENDED_RUN]: RUN } }), RUN).act).toBe('write')
    expect(mayUnsuspend(free, live({ suspend: true, notes: { [SUSPENDED_RUN]: 'run-2' } }), RUN).act).toBe('done')
    expect(mayUnsuspend(free, live({ uid: 'uid-2', notes: { [SUSPENDED_RUN]: RUN } }), RUN).act).toBe('leave')
  })
})

describe('resuming', () => {
  const plan = planned(byFlux)

  test.each([
    ['writes to what is as it was', byFlux, 'write'],
    ['has nothing to do where it is resumed', live(), 'done'],
    ['passes over what is gone', undefined, 'gone'],
    ['leaves what was made anew', { ...byFlux, metadata: { ...byFlux.metadata, uid: 'uid-2' } }, 'leave'],
    ['leaves what was suspended again since', live({ suspend: true, manager: ['flux', '2026-11-22T00:00:00Z'] }), 'leave'],
    ['leaves what was suspended again after this run', live({ suspend: true, notes: { [RESUMED_RUN]: RUN } }), 'leave'],
    ['leaves what a run holds', live({ suspend: true, notes: { 'flux-ops.dev/held-by': 'run-2' } }), 'leave'],
  ])('%s', (_what, object, act) => {
    expect(mayResume(plan, object as KubeObject | undefined, RUN).act).toBe(act)
  })

  test('names who has suspended it again', () => {
    const again = live({ suspend: true, notes: { [BY]: 'bob', 'flux-ops.dev/suspended-at': '2026-11-22T00:00:00Z' } })

    expect(mayResume(plan, again, RUN)).toEqual({ act: 'leave', why: 'its suspension is another one since the plan, by bob' })
  })

  test('takes what was said of the suspension away, asks, and leaves its own name', () => {
    expect(resumeBody(byFlux, 'spec', { run: RUN, token: RUN })).toMatchObject({
      metadata: { annotations: { [BY]: null, [SUSPENDED_RUN]: null, [RESUMED_RUN]: RUN, 'reconcile.fluxcd.io/requestedAt': RUN } },
      spec: { suspend: null },
    })
  })

  test('takes the annotation of an ArtifactGenerator away, and no field', () => {
    const body = resumeBody(byFlux, 'annotation', { run: RUN, token: null })

    expect(body).toMatchObject({ metadata: { annotations: { 'source.extensions.fluxcd.io/reconcile': null } } })
    expect(body).not.toHaveProperty('spec')
  })
})

describe('suspending again', () => {
  const plan = planned(byFlux)

  test.each([
    ['writes to what this run has let go', live({ notes: { [RESUMED_RUN]: RUN } }), 'write'],
    ['has nothing to do where it is not of this run', live({ notes: { [RESUMED_RUN]: 'run-2' } }), 'done'],
    ['has nothing to do where it was never let go', byFlux, 'done'],
    ['leaves what somebody has suspended meanwhile', live({ suspend: true, notes: { [RESUMED_RUN]: RUN, [BY]: 'bob' } }), 'leave'],
    ['leaves what was made anew', live({ uid: 'uid-2', notes: { [RESUMED_RUN]: RUN } }), 'leave'],
  ])('%s', (_what, object, act) => {
    expect(maySuspendAgain(plan, object, RUN).act).toBe(act)
  })

  test('puts the annotations back as they were, and takes its mark away', () => {
    const notes = { [BY]: 'bob', 'flux-ops.dev/suspended-reason': 'disk', 'flux-ops.dev/suspended-at': '2026-11-20T00:00:00Z' }

    const body = putBackBody(live({ notes: { [RESUMED_RUN]: RUN } }), planned(live({ suspend: true, notes })))

    expect(body).toMatchObject({
      metadata: {
        uid: 'uid-1',
        resourceVersion: '7',
        annotations: { ...notes, 'flux-ops.dev/suspended-until': null, [RESUMED_RUN]: null },
      },
      spec: { suspend: true },
    })
  })

  test('keeps who and since when of what flux had suspended: its field would tell of us, and of now', () => {
    expect(putBackBody(live(), plan)).toMatchObject({
      metadata: {
        annotations: { [BY]: 'flux', 'flux-ops.dev/suspended-at': '2026-11-21T00:00:00Z', 'flux-ops.dev/suspended-reason': null },
      },
    })
  })

  test('leaves what was not suspended before without it', () => {
    expect(putBackBody(live({ suspend: true }), planned(live()))).toMatchObject({ spec: { suspend: null } })
  })
})
