// Every layout with its sample app, on an empty cluster and an empty repository, ends with every layer Ready; a second time it changes nothing.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'

let desk: BootstrapDesk

beforeAll(async () => {
  desk = await BootstrapDesk.open()
})
afterAll(() => desk?.close())
beforeEach(() => desk.reset())

type Change = Record<string, Record<string, unknown>>

interface Case {
  readonly title: string
  readonly change: () => Promise<Change>
}

const CASES: readonly Case[] = [
  {
    title: 'style git, layers',
    change: async () => ({ layout: { kind: 'layers', sampleApp: true, ci: 'github' }, flux: { settings: { concurrent: 8 } } }),
  },
  { title: 'style git, overlays', change: async () => ({ layout: { kind: 'overlays', sampleApp: true } }) },
  {
    title: 'style kustomize, oci',
    change: async () => ({
      layout: { kind: 'oci', sampleApp: true, substitutionOptOut: true },
      flux: { style: 'kustomize', registry: `${await desk.registry()}/fluxcd`, settings: { concurrent: 8, oomWatch: { threshold: 95 } } },
      git: { path: 'cluster/flux' },
    }),
  },
]

test.each(CASES)('$title: every layer is Ready, and a second time nothing changes', async ({ change }) => {
  const out = await desk.folder()
  const sops = { key: { generate: 'x25519' }, backup: { shares: { of: 3, needed: 2 }, out } }
  const file = await desk.file({ ...(await change()), sops, wait: { timeout: '2m' } })

  const said = await desk.bootstrap(file)

  expect(said, said.stdout).toMatchObject({ code: 0 })
  const before = await desk.versions()
  const again = await desk.bootstrap(file)
  expect(again, again.stdout).toMatchObject({ code: 0 })
  expect(await desk.log()).toHaveLength(1)
  expect(await desk.versions()).toEqual(before)
})
