// How a picture looks, by day and by night; the page that it stands in has the same colours.

const LIGHT = `--ink:#1b1f24;--soft:#57606a;--paper:#ffffff;--card:#f6f8fa;--line:#d0d7de;--way:#8c959f;--bad:#b3261e;--bad-card:#fff1f0;
--on-bad:#ffffff;--move:#0a6280;--move-card:#eef8fb;--hold:#7a4d00;--good:#176f2c`

const DARK = `--ink:#e6edf3;--soft:#9aa4af;--paper:#0d1117;--card:#161b22;--line:#3a424c;--way:#6e7781;--bad:#ff8a80;--bad-card:#2b1516;
--on-bad:#2b0705;--move:#6fc6e2;--move-card:#0f2129;--hold:#e3b341;--good:#63c174`

/** Paper is white, and colours of the night would be lost on it. */
export const COLOURS = `:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}`

export const PICTURE_STYLE = `.picture text{fill:var(--ink);font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre}
.picture .soft{fill:var(--soft)}.picture .name{font-weight:600}
.picture .box{fill:var(--card);stroke:var(--line)}.picture .cause .box{fill:var(--bad-card);stroke:var(--bad);stroke-width:1.5}
.picture .moving .box{fill:var(--move-card);stroke:var(--move);stroke-dasharray:5 3}
.picture .band{fill:var(--bad)}.picture .number{fill:var(--on-bad);font-weight:700}
.picture .way{fill:none;stroke:var(--way)}.picture .tip{fill:var(--way)}
.picture .icon{fill:none;stroke:var(--bad);stroke-width:1.8;stroke-linecap:round}.picture .moving .icon{stroke:var(--move)}.picture .hold{stroke:var(--hold)}
.picture .sheet{fill:var(--paper)}.picture .title{font-size:15px;font-weight:700}
.picture a:hover .box,.picture a:focus-visible .box{stroke:var(--ink);stroke-width:2.5}.picture a:focus{outline:none}`
