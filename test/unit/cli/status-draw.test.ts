import { expect, it } from 'vitest'
import { drawStatus } from '../../../src/cli/status-draw.ts'

it('draws nothing raw of what an API server said, names and versions among it', () => {
  const evil = '\u001b[2Jevil'
  const object = { kind: 'Kustomization', namespace: evil, name: evil, state: 'failed', reason: evil, message: evil, since: evil } as const

  const drawn = drawStatus({
    cluster: { context: evil, server: evil, uid: evil, version: evil },
    flux: { status: 'mixed', version: null, lines: [evil] },
    controllers: [{ name: evil, image: evil, ready: 0, wanted: 1, rollout: 'rolling' }],
    kinds: [{ kind: evil, total: 1, states: { failed: 1 } }],
    notReady: [object],
    takenAt: '2026-11-22T03:00:00Z',
    suspended: [
      {
        ...object,
        state: 'suspended',
        by: evil,
        manager: evil,
        reason: evil,
        until: evil,
        inGit: false,
        heldBy: null,
        expired: true,
        forgotten: true,
      },
    ],
    keys: [{ secret: evil, usedBy: [evil], backupAt: evil, drillAt: evil, warning: evil }],
    runs: [],
  })

  expect(drawn).not.toContain('\u001b')
  expect(drawn).toContain('␛[2Jevil')
})
