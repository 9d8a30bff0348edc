// The toolchain as the rest of the sandbox sees it.
export { type EnsureOptions, ensureTools, resolveToolNames, type ToolPaths } from './ensure.ts'
export { fluxManifestsDir, fluxManifestVersions } from './flux-manifests.ts'
export { giteaFolder } from './gitea-folder.ts'
export { describeProgress, duration, type OnToolProgress, type ToolProgress } from './progress.ts'
export { RECIPES, TOOL_SETS, type ToolId } from './recipes.ts'
