// Whether a text answers a question: read by the question, then put into the file and read as that will be read, by the same schema and rules.
import { plantedSecrets } from '../../cluster-file/planted-secrets.ts'
import { fieldName } from '../../cluster-file/problem.ts'
import { type FieldProblem, fieldProblems } from '../../cluster-file/unwritten.ts'
import type { Facts } from './facts.ts'
import type { Answers, Parsed, Question } from './model.ts'
import { fieldsOf, toClusterFile } from './to-cluster-file.ts'

/** For who wants to take an answer out that is optional. */
const NOTHING = '-'

const isAbout =
  (written: readonly string[]) =>
  ({ path }: { readonly path: readonly PropertyKey[] }): boolean => {
    const name = path.filter((step) => typeof step !== 'number').join('.')
    return name === '' || written.some((field) => name === field || name.startsWith(`${field}.`))
  }

/** Without the names of fields: who is asked one question does not see the file. */
function asked({ path, what, hint }: FieldProblem): Parsed {
  const name = fieldName(path)
  return {
    problem: name !== '' && what.startsWith(`${name} `) ? what.slice(name.length + 1) : what,
    hint: hint.replace(/^(such as {2})?(?:- |\w+: )(?=\S)/, 'such as  '),
  }
}

function chosen(question: Question, text: string, facts: Facts, before: Answers): Parsed | undefined {
  const choices = question.choices?.(facts, before) ?? []
  if (choices.length === 0 || question.open === true || choices.some(({ value }) => value === text)) return undefined
  return { problem: 'is none of these', hint: 'choose one with ↑ and ↓' }
}

function nothing(question: Question, facts: Facts, before: Answers): Parsed {
  const list = (question.choices?.(facts, before) ?? []).length > 0
  return list ? { problem: 'nothing is chosen', hint: 'choose one with ↑ and ↓' } : { problem: 'nothing is answered', hint: '? says more' }
}

/** `before`: the answers to the questions before it. */
export function checkAnswer(questions: readonly Question[], question: Question, typed: string, facts: Facts, before: Answers): Parsed {
  const text = typed.trim() === NOTHING && question.optional ? '' : typed.trim()
  if (text === '') return question.optional ? { text } : nothing(question, facts, before)
  const secret = plantedSecrets(text)[0]
  if (secret) return { problem: secret.what, hint: secret.hint }
  const parsed = chosen(question, text, facts, before) ?? question.parse?.(text, facts, before) ?? { text }
  if ('problem' in parsed) return parsed
  const answers = { ...before, [question.id]: parsed.text }
  const written = Object.keys(fieldsOf([question], answers))
  const problem = fieldProblems(toClusterFile(questions, answers).value).find(isAbout(written))
  return problem ? asked(problem) : parsed
}
