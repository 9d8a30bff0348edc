// The Secret that images are pulled with, before anything is written.
import { expect, test } from 'vitest'
import { pullSecret } from '../../../../runbooks/bootstrap/checks/secrets.ts'
import type { BootstrapInput } from '../../../../runbooks/bootstrap/input.ts'
import type { ReadContext } from '../../../../src/ports/context.ts'
import { clusterFile } from '../../scaffold/desk.ts'

async function asked(type: string | undefined, file = clusterFile({ flux: { imagePullSecret: 'registry' } })): Promise<string> {
  const kube = { get: async () => (type === undefined ? undefined : { type }) }
  const result = await pullSecret.probe({ kube } as unknown as ReadContext, { file } as BootstrapInput)
  return result.status === 'fail' ? (result.detail ?? '') : result.status
}

test('a file that names none needs none', async () => {
  expect(await asked(undefined, clusterFile({}))).toBe('skip')
})

test('one that is there is enough', async () => {
  expect(await asked('kubernetes.io/dockerconfigjson')).toBe('pass')
})

test('one that is not there is told before anything is written', async () => {
  expect(await asked(undefined)).toBe('Secret flux-system/registry is not there: no controller would start')
})

test('one of a type that no image is pulled with is told', async () => {
  expect(await asked('Opaque')).toBe(
    'Secret flux-system/registry is of type Opaque, with which no image is pulled: no controller would start',
  )
})
