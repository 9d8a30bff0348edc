// The arguments of a controller as its flag library reads them, and which of them another release would refuse: an unknown flag or feature gate
// ends the process on its start. Source: github.com/spf13/pflag (ExitOnError), github.com/fluxcd/pkg/runtime features.SupportedFeatures.
import type { KubeObject } from '../ports/kube.ts'
import { knows, type Option } from './catalogue/flags.ts'
import type { ReleaseFacts } from './catalogue/index.ts'
import { parseImage } from './installed.ts'
import type { Component } from './kinds.ts'

export interface Argument {
  /** Without dashes; `''` for a word that is no flag. */
  readonly flag: string
  readonly value: string | undefined
  readonly text: string
}

const FEATURE_GATES = 'feature-gates'

/** `--name=value`, `--name value` and `--name`. */
export function parseArguments(args: readonly string[]): Argument[] {
  const parsed: Argument[] = []
  for (const [index, text] of args.entries()) {
    if (text === '--') break
    const found = /^--?([^=]+)(?:=(.*))?$/s.exec(text)
    if (!found) continue
    const next = args[index + 1]
    const value = found[2] ?? (next === undefined || next.startsWith('-') ? undefined : next)
    parsed.push({ flag: found[1] ?? '', value, text })
  }
  return parsed
}

/** Feature gates that arguments set; of one that is set twice the last counts. */
export function gatesIn(args: readonly string[]): Map<string, boolean> {
  const gates = new Map<string, boolean>()
  for (const { flag, value } of parseArguments(args)) {
    if (flag !== FEATURE_GATES) continue
    for (const pair of (value ?? '').split(',').filter((each) => each.trim() !== '')) {
      const [name = '', state = ''] = pair.split('=')
      gates.set(name.trim(), /^(1|t|true)$/i.test(state.trim()))
    }
  }
  return gates
}

export interface RunningController {
  readonly deployment: string // namespace/name
  readonly component: Component
  readonly args: readonly string[]
}

/** The controllers among some Deployments, with their arguments. */
export function runningControllers(deployments: readonly KubeObject[]): RunningController[] {
  return deployments.flatMap((deployment) => {
    const containers: unknown = deployment.spec?.template?.spec?.containers
    return (Array.isArray(containers) ? containers : []).flatMap((container): RunningController[] => {
      const component = parseImage(String(container?.image ?? ''))?.component
      if (component === undefined) return []
      const args = [...(container.command ?? []).slice(1), ...(container.args ?? [])].map(String)
      return [{ deployment: `${deployment.metadata.namespace ?? ''}/${deployment.metadata.name}`, component, args }]
    })
  })
}

export interface Refused {
  readonly deployment: string
  readonly component: Component
  /** Of the controller at the target. */
  readonly tag: string
  readonly option: Option
  readonly name: string
  /** As it is written: the argument. */
  readonly text: string
  readonly sure: boolean
}

/** What is set on a controller beyond what its own release sets, and the target does not know or may not know. */
export function refusedArguments(running: readonly RunningController[], from: ReleaseFacts | undefined, target: ReleaseFacts): Refused[] {
  return running.flatMap(({ deployment, component, args }) => {
    const next = target.controllers.find((each) => each.component === component)
    if (next === undefined) return []
    const usual = new Set([...next.args, ...(from?.controllers.find((each) => each.component === component)?.args ?? [])])
    const own = args.filter((arg) => !usual.has(arg))
    const asked = [
      ...parseArguments(own).map(({ flag, text }) => ({ option: 'flag' as const, name: flag, text })),
      ...[...gatesIn(own).keys()].map((name) => ({ option: 'gate' as const, name, text: name })),
    ]
    return asked.flatMap((each): Refused[] => {
      const answer = knows(component, next.tag, each.option, each.name)
      return answer === 'yes' ? [] : [{ deployment, component, tag: next.tag, ...each, sure: answer === 'no' }]
    })
  })
}
