// A file that is begun with: what it answers, and what else stands in it.
import { parse } from 'yaml'
import { readClusterFile } from '../../cluster-file/read.ts'
import type { Draft } from '../../cluster-file/rules/model.ts'
import type { ClusterFileInput } from '../../cluster-file/schema.ts'
import type { Answers, Question } from './model.ts'

export interface Begun {
  readonly answers: Answers
  /** The file as it is written, without defaults. */
  readonly base: Draft<ClusterFileInput>
}

/** Throws OpsError `cluster-file-invalid` (usage), as `schema check` does. */
export function beginWith(questions: readonly Question[], text: string, path: string): Begun {
  readClusterFile(text, path)
  const base = parse(text, { version: '1.2', schema: 'core', uniqueKeys: false, logLevel: 'silent' }) as Draft<ClusterFileInput>
  const answers = questions.flatMap(({ id, read }) => {
    const answer = read(base)
    return answer === undefined ? [] : [[id, answer] as const]
  })
  return { base, answers: Object.fromEntries(answers) }
}
