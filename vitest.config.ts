// unit: many files side by side, first. What runs on a sandbox waits half of its time: two files at a time, each with a control plane of its own.
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/helpers/longest-first.ts'

const MINUTE = 60_000

const onSandbox = { maxWorkers: 2, testTimeout: 5 * MINUTE, hookTimeout: 10 * MINUTE, teardownTimeout: MINUTE }

export default defineConfig({
  test: {
    globalSetup: ['test/helpers/shared-root.ts'],
    teardownTimeout: MINUTE,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { name: 'unit', testTimeout: 20_000, maxWorkers: '100%', include: ['test/unit/**/*.test.ts'], sequence: { groupOrder: 0 } } },
      {
        test: {
          name: 'sandbox',
          include: ['test/sandbox/**/*.test.ts', 'test/runbooks/**/*.test.ts', 'test/cli/**/*.test.ts', 'test/hazards/quick/*.test.ts'],
          sequence: { groupOrder: 1 },
          ...onSandbox,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          ...onSandbox,
          testTimeout: 30 * MINUTE,
        },
      },
      {
        test: {
          name: 'planner',
          include: ['test/planner/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          ...onSandbox,
          testTimeout: 30 * MINUTE,
        },
      },
      {
        test: {
          name: 'hazards',
          include: ['test/hazards/*.test.ts'],
          sequence: { groupOrder: 2 },
          ...onSandbox,
          testTimeout: 10 * MINUTE,
        },
      },
      {
        test: {
          name: 'styles',
          include: ['test/styles/*.test.ts'],
          sequence: { groupOrder: 2 },
          ...onSandbox,
          testTimeout: 30 * MINUTE,
        },
      },
      {
        test: {
          name: 'recover',
          include: ['test/recover/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          ...onSandbox,
          testTimeout: 10 * MINUTE,
        },
      },
      {
        test: {
          name: 'bootstrap',
          include: ['test/bootstrap/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          ...onSandbox,
          testTimeout: 10 * MINUTE,
        },
      },
      // Its forge is built for it alone: npm run test:forge.
      { test: { name: 'forge', include: ['test/forge/**/*.test.ts'], sequence: { groupOrder: 2 }, ...onSandbox } },
      // Last of all: it searches what the others have left behind.
      { test: { name: 'secrets', include: ['test/secrets/**/*.test.ts'], sequence: { groupOrder: 3 }, ...onSandbox } },
    ],
  },
})
