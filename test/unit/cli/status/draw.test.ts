import { describe, expect, test } from 'vitest'
import { drawStatus } from '../../../../src/cli/status/draw.ts'
import type { SuspendedStatus } from '../../../../src/cli/status/shape.ts'
import { cause, notReady, status } from './statuses.ts'

const suspended: SuspendedStatus = {
  kind: 'HelmRelease',
  namespace: 'media',
  name: 'plex',
  state: 'suspended',
  message: '',
  by: 'you@laptop',
  manager: 'flux-ops',
  reason: 'disks are moved',
  since: '2026-11-19T02:51:00Z',
  until: null,
  inGit: false,
  heldBy: null,
  expired: false,
  forgotten: false,
  waiting: 2,
}

test('draws nothing raw of what an API server said, names and versions among it', () => {
  const evil = '\u001b[2Jevil'
  const object = { kind: 'Kustomization', namespace: evil, name: evil, state: 'failed', reason: evil, message: evil, since: evil } as const
  const layer = { name: 'sources', total: 1, states: { failed: 1 }, well: false, kinds: [{ kind: evil, total: 1, states: { failed: 1 } }] }

  const drawn = drawStatus(
    status({
      cluster: { context: evil, server: evil, uid: evil, version: evil },
      flux: { status: 'mixed', version: null, lines: [evil], kept: { by: 'kustomization', says: evil } },
      controllers: [{ name: evil, image: evil, ready: 0, wanted: 1, rollout: 'rolling' }],
      layers: [layer],
      kinds: [{ kind: evil, total: 1, states: { failed: 1 } }],
      causes: [cause(evil, { says: evil, also: [evil], since: evil })],
      notReady: [object],
      suspended: [{ ...suspended, kind: evil, namespace: evil, name: evil, by: evil, reason: evil }],
      keys: [{ secret: evil, usedBy: [evil], backupAt: evil, drillAt: evil, warning: evil }],
      unseen: [{ what: evil, why: evil }],
    }),
  )

  expect(drawn).not.toContain('\u001b')
  expect(drawn).toContain('␛[2Jevil')
})

describe('one screen', () => {
  test('has each cause in one line, and what to type next', () => {
    const drawn = drawStatus(
      status({
        causes: [
          cause('GitRepository flux-system/home', { says: 'the server does not answer', blocks: 198 }),
          cause('HelmRelease media/plex'),
        ],
        notReady: [notReady('flux-system/apps')],
      }),
    )

    expect(drawn).toContain('\ncauses\n  ✗ 1 GitRepository flux-system/home: the server does not answer   just now   blocks 198\n')
    expect(drawn).toContain('  ✗ 2 HelmRelease media/plex: kustomize cannot build ./apps   just now\n')
    expect(drawn).toContain('→ what they say, what waits for them and what to do:  flux-ops recover\n')
  })

  test('tells who suspended what, since when, why, and how many wait', () => {
    expect(drawStatus(status({ suspended: [suspended] }))).toContain(
      '    HelmRelease media/plex  for 3 days, by you@laptop: disks are moved  2 wait for it\n',
    )
  })

  test('tells how old the backup of a key is', () => {
    const drawn = drawStatus(
      status({ keys: [{ secret: 'flux-system/sops-age', usedBy: [], backupAt: '2026-11-20T00:00:00Z', drillAt: null, warning: null }] }),
    )

    expect(drawn).toContain('  ✔ Secret flux-system/sops-age  backed up 2026-11-20, 2 days ago\n')
  })

  test('has no more than a screen of lines where everything is red', () => {
    const many = Array.from({ length: 2000 }, (_, at) => at)

    const drawn = drawStatus(
      status({
        objects: 2000,
        causes: many.map((at) => cause(`Kustomization a/${at}`)),
        notReady: many.map((at) => notReady(`a/${at}`)),
        suspended: many.map(() => suspended),
        unseen: many.map((at) => ({ what: `Kind${at}`, why: 'no' })),
      }),
    )

    expect(drawn).toContain('objects: 2,000 of 2,000 not ready')
    expect(drawn.split('\n').length).toBeLessThan(70)
  })

  test('says nothing of causes where all is well', () => {
    const drawn = drawStatus(status())

    expect(drawn).not.toContain('causes')
    expect(drawn).toContain('flux     2.7.3, applied by Kustomization flux-system/flux\n')
  })

  test('never takes what was not seen for well', () => {
    expect(drawStatus(status({ unseen: [{ what: 'HelmRelease', why: 'not allowed to list helmreleases' }] }))).toContain(
      '\nnot seen\n  ? HelmRelease: not allowed to list helmreleases\n',
    )
  })
})
