// The end of the questions: the file as it would be, and what is to become of it.
import { inspectClusterFile, type PlacedProblem } from '../../cluster-file/read.ts'
import type { FieldProblem } from '../../cluster-file/unwritten.ts'
import type { Interview } from './interview.ts'
import { type Answers, type Asker, BACK, type Choice, type Id, type Prompt, type Question } from './model.ts'
import { toClusterFile } from './to-cluster-file.ts'
import { clusterFileText } from './write-yaml.ts'

export interface ReviewDesk {
  readonly asker: Asker
  readonly questions: readonly Question[]
  readonly interview: Pick<Interview, 'run' | 'answers'>
  /** The file that was begun with, as it is written. */
  readonly base: unknown
  /** As a person names it. */
  readonly out: string
  /** It would be written over. */
  readonly isThere: boolean
}

const RULE = '─'.repeat(78)

const droppedLines = (dropped: readonly FieldProblem[]): string[] =>
  dropped.length === 0 ? [] : ['⚠ not taken over, as it does not go with the answers:', ...dropped.map(({ what }) => `  ${what}`)]

const problemLines = (problems: readonly PlacedProblem[]): string[] =>
  problems.flatMap(({ line, what, hint }) => [`✗ line ${line}: ${what}`, `  → ${hint}`])

function pick(asker: Asker, ask: string, why: string, choices: readonly Choice[], preset?: string): Promise<string | typeof BACK> {
  const prompt: Prompt = {
    name: 'file',
    ask,
    why,
    help: ['Nothing is written before you choose it. < goes back to the questions.'],
    notes: [],
    choices,
    open: false,
    optional: false,
    preset,
    check: (text) =>
      choices.some(({ value }) => value === text) ? { text } : { problem: 'nothing is chosen', hint: 'choose one with ↑ and ↓' },
  }
  return asker.ask(prompt)
}

const WRITE = 'write'
const CHANGE = 'change'
const LEAVE = 'leave'

function endings({ out, isThere }: ReviewDesk, valid: boolean): readonly Choice[] {
  const write = {
    value: WRITE,
    label: isThere ? `write it over ${out}` : `write ${out}`,
    ...(isThere && { detail: 'which is there already' }),
  }
  return [
    ...(valid ? [write] : []),
    { value: CHANGE, label: 'change an answer' },
    { value: LEAVE, label: 'leave', detail: 'nothing is written' },
  ]
}

const answerChoices = (questions: readonly Question[], answers: Answers): Choice[] =>
  questions.flatMap(({ id, name }) => {
    const text = answers[id]
    return text === undefined ? [] : [{ value: id, label: name, detail: text }]
  })

/** The text to write; undefined when it is to be left. */
export async function review(desk: ReviewDesk): Promise<string | undefined> {
  const { asker, questions, interview, base, out } = desk
  for (;;) {
    const { value, dropped } = toClusterFile(questions, interview.answers, base)
    const text = clusterFileText(value)
    const reading = inspectClusterFile(text)
    const problems = 'problems' in reading ? problemLines(reading.problems) : []
    asker.say(['', RULE, ...text.trimEnd().split('\n'), RULE, ...droppedLines(dropped), ...problems])
    const valid = problems.length === 0
    const preset = valid ? (desk.isThere ? undefined : WRITE) : CHANGE
    const end = await pick(
      asker,
      `Is this what ${out} is to say?`,
      'It can be edited by hand later: any editor will do.',
      endings(desk, valid),
      preset,
    )
    if (end === WRITE) return text
    if (end === LEAVE) return undefined
    const choices = answerChoices(questions, interview.answers)
    const which = end === BACK ? choices.at(-1)?.value : await pick(asker, 'Which answer?', 'What depends on it is asked again.', choices)
    if (which !== undefined && which !== BACK) await interview.run(which as Id)
  }
}
