// The one way to a binary of the sandbox: found good in the cache, or built now. What is there already costs a few file stats.
import { join } from 'node:path'
import { usageError } from '../../errors.ts'
import { build } from './build.ts'
import { takeLock } from './lock.ts'
import { findOnPath } from './on-path.ts'
import { type OnToolProgress, secondsLeft } from './progress.ts'
import { EVERY_TOOL, isToolId, recipe, TOOL_SETS, type ToolId } from './recipes.ts'
import { binaryPath, standing, toolchainRoot } from './store.ts'

export interface EnsureOptions {
  /** Where to keep binaries; defaults to the user's cache folder. */
  readonly root?: string
  /** Use a binary on PATH when it is of exactly the pinned version. */
  readonly usePath?: boolean
  readonly signal?: AbortSignal
}

export type ToolPaths<T extends ToolId = ToolId> = Readonly<Record<T, string>>

/** Tool ids for names of tools or of sets, each once, in building order. Throws OpsError `tool-unknown`. */
export const resolveToolNames = (names: readonly string[]): ToolId[] => {
  const wanted = new Set<string>()
  for (const name of names) {
    if (isToolId(name)) wanted.add(name)
    else if (Object.hasOwn(TOOL_SETS, name)) for (const id of TOOL_SETS[name as keyof typeof TOOL_SETS]) wanted.add(id)
    else {
      const known = [...Object.keys(TOOL_SETS), ...EVERY_TOOL].join(', ')
      throw usageError('tool-unknown', `no tool or set is called ${name}`, `known are ${known}`)
    }
  }
  return EVERY_TOOL.filter((id) => wanted.has(id))
}

/**
 * Absolute paths of `tools`, building what is missing or damaged; nothing else.
 * Throws OpsError: see runGo, and `toolchain-lock`.
 */
export const ensureTools = async <T extends ToolId>(
  tools: readonly T[],
  onProgress: OnToolProgress = () => undefined,
  options: EnsureOptions = {},
): Promise<ToolPaths<T>> => {
  const root = options.root ?? toolchainRoot()
  const paths: Partial<Record<ToolId, string>> = {}
  const missing: ToolId[] = []
  for (const tool of tools) {
    const onPath = options.usePath ? await findOnPath(recipe(tool), process.env.PATH ?? '') : undefined
    const path = onPath ?? (await binaryPath(root, recipe(tool)))
    paths[tool] = path
    if (onPath === undefined && (await standing(path)) !== 'good') missing.push(tool)
  }
  if (missing.length > 0) await buildMissing(missing, root, onProgress, options.signal)
  return paths as ToolPaths<T>
}

const buildMissing = async (tools: readonly ToolId[], root: string, onProgress: OnToolProgress, signal?: AbortSignal): Promise<void> => {
  const lock = await takeLock(join(root, 'lock'), (holder, seconds) => onProgress({ type: 'waiting', holder, seconds }), signal)
  try {
    // Another builder may have made some of them while we waited.
    const todo: { tool: ToolId; path: string }[] = []
    for (const tool of tools) {
      const path = await binaryPath(root, recipe(tool))
      const state = await standing(path)
      if (state === 'damaged') onProgress({ type: 'damaged', tool })
      if (state !== 'good') todo.push({ tool, path })
    }
    await buildAll(todo, onProgress, signal)
  } finally {
    await lock.release()
  }
}

const TICK_MS = 10_000

const buildAll = async (todo: { tool: ToolId; path: string }[], onProgress: OnToolProgress, signal?: AbortSignal): Promise<void> => {
  const done: { estimated: number; actual: number }[] = []
  for (const [position, { tool, path }] of todo.entries()) {
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    const at = { tool, index: position + 1, total: todo.length }
    const left = todo.slice(position).map((entry) => recipe(entry.tool))
    const tell = () => onProgress({ type: 'building', ...at, seconds: seconds(), secondsLeft: secondsLeft(left, seconds(), done) })
    tell()
    const timer = setInterval(tell, TICK_MS)
    try {
      const bytes = await build(recipe(tool), path, signal)
      onProgress({ type: 'built', ...at, seconds: seconds(), bytes })
    } finally {
      clearInterval(timer)
    }
    done.push({ estimated: recipe(tool).seconds, actual: seconds() })
  }
}
