import { expect, it } from 'vitest'
import { request } from '../../../src/actions/requests.ts'
import type { Kube } from '../../../src/ports/kube.ts'
import { flux } from '../flux/objects.ts'
import { FakeKube } from './fakes.ts'

it.each([
  ['as the flux CLI does', {}, 'flux'],
  ['in a name of its own where the Flux Operator drops what the flux CLI has set', { 'fluxcd.controlplane.io/name': 'flux' }, 'flux-ops'],
])('a reconcile is asked for %s', async (_how, labels, fieldManager) => {
  const kube = new FakeKube()

  await request(kube as unknown as Kube, flux('GitRepository', 'flux-system', { labels }), 'run-1')

  expect(kube.patches).toMatchObject([{ options: { fieldManager } }])
})
