// All questions, in the order in which they are asked.
import type { Question } from '../model.ts'
import { accessQuestions } from './access.ts'
import { clusterQuestions } from './cluster.ts'
import { fluxQuestions } from './flux.ts'
import { hostKeysQuestion } from './host-keys.ts'
import { keyQuestions } from './keys.ts'
import { layoutQuestions } from './layout.ts'
import { repositoryQuestions } from './repository.ts'

export const QUESTIONS: readonly Question[] = [
  ...clusterQuestions,
  ...fluxQuestions,
  ...repositoryQuestions,
  ...accessQuestions,
  hostKeysQuestion,
  ...keyQuestions,
  ...layoutQuestions,
]
