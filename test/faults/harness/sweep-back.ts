// `runs abandon` that is killed at every moment and begun again: it ends where the one does that was not killed.
import { expect } from 'vitest'
import type { SandboxPaths } from '../../../src/sandbox/index.ts'
import { fluxOps } from './cli.ts'
import { listPoints } from './points.ts'
import { type Failure, sweep } from './sweep.ts'

const { FLUX_OPS_KILL_ONLY = '', FLUX_OPS_KILL_RELAY = '5' } = process.env

/** Points inside the effects of a step; of more the first, the one in the middle and the last. */
const MOST = 8

export interface WayBack {
  readonly paths: SandboxPaths
  /** Brings a run to where it is taken back from, and gives its id. */
  readonly begin: () => Promise<string>
  readonly endOf: () => Promise<Readonly<Record<string, unknown>>>
}

const abandon = (run: string): readonly string[] => ['runs', 'abandon', run, '--yes']

/** Gives what the first, that was not killed, ended as. */
export async function sweepBack({
  paths,
  begin,
  endOf,
}: WayBack): Promise<{ end: Readonly<Record<string, unknown>>; failures: Failure[] }> {
  const first = await fluxOps(paths, abandon(await begin()))
  expect(first.code, first.output).toBe(0)
  const end = await endOf()
  const failures = await sweep({
    paths,
    begin: async () => abandon(await begin()),
    again: abandon,
    listed: listPoints(first.seen, MOST),
    end,
    endOf,
    only: new RegExp(FLUX_OPS_KILL_ONLY),
    relay: Number(FLUX_OPS_KILL_RELAY) || undefined,
  })
  return { end, failures }
}
