import type { DrillReport } from '../../actions/keys/drill-report.ts'

/** One sentence, which claims no more than was asked. */
export function drillVerdict({ verdict, cluster }: Pick<DrillReport, 'verdict' | 'cluster'>): string {
  if (verdict === 'failed') return 'failed: this backup does not bring everything back'
  if (verdict === 'unknown') return 'not known: something could not be answered, and that is no pass'
  return cluster === null
    ? 'passed: this backup opens every sealed file of the repository; the cluster was not asked'
    : 'passed: with this backup nothing is lost'
}
