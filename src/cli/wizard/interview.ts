// Asks the questions in their order, forwards and back, and keeps what was answered. It knows no terminal and no cluster.
import { checkAnswer } from './check-answer.ts'
import type { Facts, Need } from './facts.ts'
import { type Answers, type Asker, BACK, type Id, type Parsed, type Prompt, type Question } from './model.ts'
import { relevant } from './to-cluster-file.ts'

export interface Desk {
  readonly asker: Asker
  readonly questions: readonly Question[]
  readonly facts: Facts
  /** Finds out what a question needs; told before by the asker, as it may take seconds. */
  gather(need: Need, answers: Answers): Promise<Partial<Facts>>
  /** What to say of a file or a variable that was named. */
  look(names: 'file' | 'variable', text: string): Promise<string | undefined>
}

interface Given {
  readonly text: string
  readonly about: string
}

export class Interview {
  readonly #desk: Desk
  readonly #given = new Map<Id, Given>()
  /** Answered in this sitting: not asked again on the way forward. */
  readonly #settled = new Set<Id>()
  #facts: Facts

  constructor(desk: Desk, begun: Answers = {}) {
    this.#desk = desk
    this.#facts = desk.facts
    for (const { id } of desk.questions) this.#keep(id, begun[id])
  }

  get answers(): Answers {
    return relevant(this.#desk.questions, this.#texts(this.#desk.questions))
  }

  /** From the first question that has no answer yet, or from `first`. */
  async run(first?: Id): Promise<Answers> {
    const { questions } = this.#desk
    const way: number[] = []
    if (first !== undefined) this.#settled.delete(first)
    for (let at = 0; at < questions.length; ) {
      const question = questions[at] as Question
      if (await this.#passes(question, at)) {
        at++
      } else if (await this.#ask(question, at)) {
        way.push(at++)
      } else {
        at = way.pop() ?? this.#before(at)
        this.#settled.delete((questions[at] as Question).id)
      }
    }
    return this.answers
  }

  /** What was answered before the way of this run began. */
  #before(at: number): number {
    const asked = relevant(this.#desk.questions, this.#texts(this.#desk.questions.slice(0, at)))
    const earlier = this.#desk.questions.findLastIndex(({ id }, index) => index < at && asked[id] !== undefined)
    if (earlier === -1) this.#desk.asker.say(['This is the first question. Ctrl-C leaves, and nothing is written.'])
    return Math.max(0, earlier)
  }

  #texts(questions: readonly Question[]): Answers {
    return Object.fromEntries(questions.flatMap(({ id }) => [[id, this.#given.get(id)?.text]]))
  }

  #earlier(at: number): Answers {
    const before = this.#desk.questions.slice(0, at)
    return relevant(before, this.#texts(before))
  }

  #keep(id: Id, text: string | undefined): void {
    if (text === undefined) return
    const at = this.#desk.questions.findIndex((each) => each.id === id)
    this.#given.set(id, { text, about: this.#desk.questions[at]?.about?.(this.#earlier(at)) ?? '' })
  }

  /** The answer of before, where it was about the same. */
  #last(question: Question, before: Answers): string | undefined {
    const given = this.#given.get(question.id)
    return given?.about === (question.about?.(before) ?? '') ? given?.text : undefined
  }

  #check(question: Question, before: Answers, text: string): Parsed {
    return checkAnswer(this.#desk.questions, question, text, this.#facts, before)
  }

  async #passes(question: Question, at: number): Promise<boolean> {
    const before = this.#earlier(at)
    if (question.when?.(before) === false) return true
    if (!this.#settled.has(question.id)) return false
    const last = this.#last(question, before)
    if (last === undefined) return false
    if (question.needs) await this.#gather(question.needs, before)
    return !('problem' in this.#check(question, before, last))
  }

  async #gather(need: Need, answers: Answers): Promise<void> {
    this.#facts = { ...this.#facts, ...(await this.#desk.gather(need, answers)) }
  }

  #prompt(question: Question, before: Answers): Prompt {
    const { name, ask, why, help, open = false, optional = false } = question
    const last = this.#last(question, before)
    const fits = (text: string | undefined): text is string =>
      text !== undefined && (text !== '' || optional) && !('problem' in this.#check(question, before, text))
    return {
      name,
      ask,
      why,
      help,
      open,
      optional,
      notes: question.notes?.(this.#facts, before, last) ?? [],
      choices: question.choices?.(this.#facts, before) ?? [],
      preset: [last, question.preset?.(this.#facts, before, last)].find(fits),
      check: (text) => this.#check(question, before, text),
    }
  }

  /** Whether it was answered; else one wants to go back. */
  async #ask(question: Question, at: number): Promise<boolean> {
    const { asker, look } = this.#desk
    const before = this.#earlier(at)
    if (question.needs) await this.#gather(question.needs, before)
    const answer = await asker.ask(this.#prompt(question, before))
    if (answer === BACK) return false
    const parsed = this.#check(question, before, answer)
    if ('problem' in parsed) throw new Error(`${question.id} was answered with what its check refuses`)
    this.#keep(question.id, parsed.text)
    this.#settled.add(question.id)
    const remark = question.names && parsed.text !== '' ? await look(question.names, parsed.text) : undefined
    if (remark !== undefined) asker.say([remark])
    return true
  }
}
