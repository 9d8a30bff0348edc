import { expect, test } from 'vitest'
import { containerEnv, expand } from '../../../src/sandbox/node-agent/pod-env.ts'
import type { Container, Pod } from '../../../src/sandbox/node-agent/pod-types.ts'
import { resourceValue } from '../../../src/sandbox/node-agent/quantity.ts'

const pod = (container: Container): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'flux-system', uid: 'u', labels: { 'app.kubernetes.io/part-of': 'flux' } },
  spec: { containers: [container] },
})

const envOf = (container: Partial<Container>): Promise<Record<string, string>> => {
  const whole = { name: 'manager', image: 'i', ...container }
  return containerEnv(pod(whole), whole, async (kind, ref) => (ref.key === 'known' ? `${kind} value` : undefined))
}

test('fields of the pod and limits of the container become variables', async () => {
  const env = await envOf({
    resources: { limits: { memory: '1Gi', cpu: '1500m' } },
    env: [
      { name: 'RUNTIME_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'PART', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app.kubernetes.io/part-of']" } } },
      { name: 'GOMEMLIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } },
      { name: 'GOMAXPROCS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    ],
  })

  expect(env).toEqual({ RUNTIME_NAMESPACE: 'flux-system', PART: 'flux', GOMEMLIMIT: '1073741824', GOMAXPROCS: '2' })
})

test('a variable may use those before it', async () => {
  const env = await envOf({
    env: [
      { name: 'A', value: 'x' },
      { name: 'B', value: '$(A)-$(C)' },
      { name: 'C', value: 'late' },
    ],
  })

  expect(env.B).toBe('x-$(C)')
})

test('a missing key is an error unless it is optional', async () => {
  const ref = (optional: boolean): Partial<Container> => ({
    env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'unknown', optional } } }],
  })

  await expect(envOf(ref(false))).rejects.toThrow('no key unknown in secrets s')
  expect(await envOf(ref(true))).toEqual({})
})

test('a doubled dollar is a dollar', () => {
  expect(expand('$$(A) $(A) $(B) $A', { A: 'a' })).toBe('$(A) a $(B) $A')
})

test.each([
  ['1Gi', '1', '1073741824'],
  ['1Gi', '1Mi', '1024'],
  ['500m', '1', '1'],
  ['2', '1m', '2000'],
])('%s in units of %s is %s', (quantity, divisor, expected) => {
  expect(resourceValue(quantity, divisor)).toBe(expected)
})
