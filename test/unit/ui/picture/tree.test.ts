import { describe, expect, test } from 'vitest'
import { pictureOf } from '../../../../src/diagnosis/picture.ts'
import { columns } from '../../../../src/ui/picture/shown.ts'
import { pictureTree } from '../../../../src/ui/picture/tree.ts'
import { CLUSTERS, type ClusterName, diagnosisOf, headline } from './clusters.ts'

const ROOM = { boxes: 48, deep: 8 }
const plain = (_format: string, text: string): string => text

const tree = (name: ClusterName, width = 100): string =>
  pictureTree(pictureOf(diagnosisOf(name), ROOM), { headline: headline(name), width, paint: plain })

describe('the tree of a diagnosis', () => {
  test('has the cause first and below it what waits, folded with how many in a row', () => {
    expect(tree('chain')).toBe(`prod-eu: chain

1 Kustomization flux-system/k0   blocks 200
│ kustomize cannot build ./
└─ 200 × Kustomization in flux-system, up to 200 in a row

✔ 1 ready
`)
  })

  test('shows a circle with its way round', () => {
    expect(tree('circle')).toContain(`
1 Kustomization flux-system/web and 2 more   blocks 1
│ they wait for each other: web → auth → db → web
└─ Kustomization flux-system/shop
`)
  })

  test('shows what is suspended and what is under way in front of what waits for it', () => {
    expect(tree('moving')).toContain(`
1 Kustomization flux-system/old   suspended, blocks 1
│ it is suspended, and others wait for it
└─ Kustomization flux-system/behind

◎ Kustomization flux-system/slow under way
└─ Kustomization flux-system/apps

✔ 1 ready
`)
  })

  test('has each box once, and tells at a cause what stands below another', () => {
    const lines = tree('forty').split('\n')
    const boxes = pictureOf(diagnosisOf('forty'), ROOM).boxes.filter(({ role }) => role === 'waiting')

    expect(lines.filter((line) => /[├└]─/.test(line) && !line.endsWith('see above'))).toHaveLength(boxes.length)
    expect(lines.some((line) => /waits for causes? [\d, a-z]+ too$/.test(line))).toBe(true)
  })

  test.each(Object.keys(CLUSTERS) as ClusterName[])('of %s stays in its width and says nothing that moves a terminal', (name) => {
    for (const width of [0, 60, 80, 100, 500]) {
      const lines = tree(name, width).split('\n')
      const widest = Math.min(Math.max(width, 60), 160)

      expect(lines.filter((line) => columns(line) > widest)).toEqual([])
      expect(lines.filter((line) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(line))).toEqual([])
      expect(lines.length).toBeLessThan(220)
    }
  })
})
