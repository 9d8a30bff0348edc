// A diagnosis as one page that stands alone: nothing from a network, no script but ours, by a policy that a browser enforces.
import type { Picture } from '../../diagnosis/picture.ts'
import { causesPart, type PageOptions } from './html-causes.ts'
import { asidePart, MOVING_ID, waitingPart } from './html-lists.ts'
import { PAGE_SCRIPT } from './html-script.ts'
import { PAGE_STYLE } from './html-style.ts'
import { type Markup, markup, NOTHING, ours, sourceHash } from './markup.ts'
import { shown } from './shown.ts'
import { inlineSvg } from './svg.ts'
import { COLOURS, PICTURE_STYLE } from './svg-style.ts'

const STYLE = `${COLOURS}\n${PAGE_STYLE}\n${PICTURE_STYLE}`

/** Nothing is loaded, sent, framed or rewritten; the one script and the one style are those that we wrote. */
const POLICY = `default-src 'none'; style-src ${sourceHash(STYLE)}; script-src ${sourceHash(PAGE_SCRIPT)}; base-uri 'none'; form-action 'none'`

const HEADLINE = 400

function picturePart(picture: Picture, headline: string): Markup {
  if (picture.boxes.length === 0) return NOTHING
  const roles = new Map(picture.boxes.map((box) => [box.id, box]))
  const linkOf = (id: string): string => {
    const box = roles.get(id)
    if (box?.role === 'moving') return MOVING_ID
    return box?.role === 'cause' ? `cause-${box.causes[0]}` : id
  }
  return markup`<section><h2 id="picture">What waits for what</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="picture">${inlineSvg(picture, { headline, linkOf })}</div>
<p class="soft">Red: causes, by their numbers. Sheets on one another: several objects. Dashed: under way. A box leads to what is in it.</p></section>
`
}

const SEARCH = markup`<div id="search" role="search" hidden><label for="find">Find an object that is not ready, and what it waits for</label><input id="find" type="search" autocomplete="off" spellcheck="false"><p id="says" class="soft" role="status"></p><ul id="found"></ul></div>
`

/** The same picture and options give the same bytes. */
export function pictureHtml(picture: Picture, options: PageOptions): string {
  const { headline } = options
  const { cluster, takenAt, causes, unseen } = picture.diagnosis
  const title = shown(headline, HEADLINE)
  const facts = [
    `seen ${shown(takenAt, 40)}`,
    shown(cluster.server, 200),
    ...(cluster.version === '' ? [] : [`Kubernetes ${shown(cluster.version, 60)}`]),
  ]
  const tone = causes.length > 0 ? 'bad' : picture.diagnosis.notReady === 0 && unseen.length === 0 ? 'good' : ''
  return markup`<!doctype html>
<html lang="en" dir="ltr"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark"><meta name="generator" content="flux-ops recover">
<title>${title}</title>
<style>${ours(STYLE)}</style></head>
<body>
<header><h1${tone === '' ? NOTHING : markup` class="${tone}"`}>${title}</h1>
<p class="meta">${facts.join(' · ')}</p>
${SEARCH}</header>
<main>
${causesPart(picture, options)}${picturePart(picture, headline)}${waitingPart(picture)}${asidePart(picture)}</main>
<script>${ours(PAGE_SCRIPT)}</script>
</body></html>
`.text
}
