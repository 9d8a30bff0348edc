// A backup and a restore of each style: what Flux is kept by comes back as well, and keeps it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { OPERATOR_VERSION } from '../../src/sandbox/services/registry/operator-artifacts.ts'
import { RestoreDesk } from '../runbooks/restore/desk.ts'

let desk: RestoreDesk

beforeAll(async () => {
  desk = await RestoreDesk.open()
})
afterAll(() => desk?.close())
beforeEach(() => desk.boot.reset())

type Change = Record<string, Record<string, unknown>>

interface Case {
  readonly title: string
  readonly change: () => Promise<Change>
  /** That the images and manifests come from. */
  readonly registry: () => Promise<unknown>
}

const CASES: readonly Case[] = [
  {
    title: 'style kustomize, oci',
    change: async () => ({
      layout: { kind: 'oci', sampleApp: true },
      flux: { style: 'kustomize', registry: `${await desk.boot.registry()}/fluxcd`, settings: { concurrent: 8 } },
      git: { path: 'cluster/flux' },
    }),
    registry: () => desk.boot.registry(),
  },
  {
    title: 'style operator',
    change: async () => ({
      layout: { kind: 'layers', sampleApp: true },
      flux: {
        style: 'operator',
        operator: { version: OPERATOR_VERSION, registry: await desk.boot.operator(), insecureRegistry: true },
        settings: { concurrent: 8 },
      },
    }),
    registry: () => desk.boot.operator(),
  },
]

test.each(CASES)('$title: what was lost is what it was, with every layer Ready', async ({ change, registry }) => {
  const sops = { key: { generate: 'x25519' }, backup: { recipients: [desk.recipient], out: await desk.boot.folder() } }
  const built = await desk.boot.bootstrap(await desk.boot.file({ ...(await change()), sops }))
  expect(built, built.stdout).toMatchObject({ code: 0 })
  const before = await desk.everything()
  const file = await desk.backup()
  await desk.lose(registry)

  const said = await desk.restore(file)

  expect(said, `${said.stdout}${said.stderr}`).toMatchObject({ code: 0 })
  expect(await desk.everything()).toEqual(before)
})
