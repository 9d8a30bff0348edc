// Every state that is provoked beside the others: a line in one of these lists is a scenario, and a row in the table of the README.
import type { Scenario } from '../scenario.ts'
import { artifacts } from './artifacts.ts'
import { builds } from './builds.ts'
import { deletions } from './deletions.ts'
import { dependencies } from './dependencies.ts'
import { lost } from './lost.ts'
import { notified } from './notified.ts'
import { others } from './others.ts'
import { refused } from './refused.ts'
import { releases } from './releases.ts'
import { sources } from './sources.ts'
import { ssh } from './ssh.ts'
import { tenants } from './tenants.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...sources,
  ...ssh,
  ...artifacts,
  ...lost,
  ...builds,
  ...refused,
  ...tenants,
  ...deletions,
  ...dependencies,
  ...releases,
  ...notified,
  ...others,
]
