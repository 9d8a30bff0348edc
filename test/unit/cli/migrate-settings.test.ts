// Flags for settings of the controllers, and the settings that they make.
import { expect, test } from 'vitest'
import { inputSchema } from '../../../runbooks/migrate-operator/input.ts'
import { moveInput } from '../../../src/cli/migrate/operator-flags.ts'
import { settingFlags } from '../../../src/cli/migrate/setting-flags.ts'

const NONE = {
  repo: '/repo',
  'operator-version': '0.58.1',
  'operator-chart': 'oci://r.test/charts/flux-operator',
  'insecure-registry': false,
  monitors: false,
  timeout: 600,
  'in-memory-build': false,
  'helm-cache': false,
  'oom-watch': false,
}

const settingsOf = (flags: object) => inputSchema.parse(moveInput({ ...NONE, ...flags })).settings

test('without a flag nothing is set', () => {
  expect(settingsOf({})).toEqual({ inMemoryBuild: false, monitors: [] })
})

test('each flag is a setting of the cluster file, with its defaults', () => {
  const flags = {
    concurrent: 10,
    'requeue-dependency': '5s',
    'memory-limit': '1Gi',
    'in-memory-build': true,
    'helm-cache': true,
    'oom-watch': true,
  }

  expect(settingsOf(flags)).toEqual({
    concurrent: 10,
    requeueDependency: '5s',
    memoryLimit: '1Gi',
    inMemoryBuild: true,
    helmCache: { maxSize: 10, ttl: '60m', purgeInterval: '5m' },
    oomWatch: { threshold: 95, interval: '500ms' },
    monitors: [],
  })
})

test('a part of the cache or of the watch asks for the whole', () => {
  expect(settingsOf({ 'helm-cache-ttl': '10m', 'oom-watch-threshold': 80 })).toMatchObject({
    helmCache: { maxSize: 10, ttl: '10m', purgeInterval: '5m' },
    oomWatch: { threshold: 80, interval: '500ms' },
  })
})

test.each([
  ['memory-limit', '1G', /--memory-limit "1G" is no amount of memory/],
  ['requeue-dependency', 'soon', /--requeue-dependency "soon" is no span of time/],
  ['helm-cache-ttl', '0s', /--helm-cache-ttl "0s" is no span of time/],
  ['oom-watch-interval', '-1s', /--oom-watch-interval "-1s" is no span of time/],
] as const)('a value that a cluster file would refuse is refused: --%s %s', async (name, value, said) => {
  const parse = settingFlags[name].parse as (input: string) => Promise<string>

  await expect(parse(value)).rejects.toThrow(said)
})
