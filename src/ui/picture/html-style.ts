// The page around a picture: on a screen of any width, and on paper.

export const PAGE_STYLE = `*{box-sizing:border-box}
body{margin:0 auto;padding:1.25rem clamp(.75rem,2.5vw,2rem) 3rem;max-width:82rem;color:var(--ink);background:var(--paper);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;-webkit-text-size-adjust:100%}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 .15rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:1.75rem 0 .6rem}
p{margin:.25rem 0;overflow-wrap:anywhere}
a{color:inherit;text-underline-offset:2px}
.meta,.soft{color:var(--soft);font-size:.875rem}
.o,code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:.86em;overflow-wrap:anywhere}
.o,.said{unicode-bidi:isolate;overflow-wrap:anywhere}
ul,ol{margin:0;padding:0;list-style:none}
#search{margin-top:.9rem}
#search label{display:block;font-size:.875rem;color:var(--soft)}
#find{width:100%;max-width:34rem;padding:.45rem .6rem;font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px}
#found li,.members li{padding:.3rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
#found{max-width:60rem}
details{border:1px solid var(--line);border-radius:8px;margin:0 0 .5rem;background:var(--card);overflow:hidden}
summary{display:flex;gap:.75rem;align-items:flex-start;padding:.55rem .8rem;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary::after{content:"";flex:none;width:.5rem;height:.5rem;margin:.45rem .15rem 0 auto;border-right:2px solid var(--soft);border-bottom:2px solid var(--soft);transform:rotate(45deg)}
details[open]>summary::after{transform:rotate(225deg);margin-top:.65rem}
summary:focus-visible,a:focus-visible,#find:focus-visible,.scroll:focus-visible{outline:2px solid var(--move);outline-offset:1px}
summary>span{min-width:0}
summary .o{font-size:.93em}
.inner{padding:0 .8rem .8rem}
.cause{border-color:var(--bad);background:var(--bad-card)}
.cause summary .o{font-weight:650}.facts{margin-left:.9rem}
.badge{flex:none;print-color-adjust:exact;-webkit-print-color-adjust:exact;min-width:1.9rem;padding:.1rem .35rem;border-radius:5px;background:var(--bad);color:var(--on-bad);font-weight:700;text-align:center}
.cause .inner{padding-left:3.4rem}
.cause h3{font-size:.8rem;margin:.8rem 0 .2rem;color:var(--soft);font-weight:600}
.said{display:block;white-space:pre-wrap;contain:paint;margin:.1rem 0;padding:.4rem .6rem;border-left:3px solid var(--line);background:var(--paper);font-size:.82rem}
pre{margin:.3rem 0;padding:.45rem .6rem;background:var(--paper);border:1px solid var(--line);border-radius:6px;white-space:pre-wrap;contain:paint}
pre code{font-size:.82rem;user-select:all;-webkit-user-select:all}
.rank{font-weight:650}.safe{color:var(--good)}.person{color:var(--hold)}.never,.bad{color:var(--bad)}.good{color:var(--good)}
.fix{margin:.5rem 0}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px}
.scroll svg{display:block}
.mark{flex:none;width:1.1rem;text-align:center}
[hidden]{display:none!important}
@media (max-width:40rem){.facts{display:block;margin:0}.facts+br{display:none}body{font-size:14px}.cause .inner{padding-left:.8rem}h1{font-size:1.15rem}summary{padding:.5rem .6rem;gap:.6rem}}
@media print{body{max-width:none;padding:0;font-size:10pt}#search,nav{display:none}.scroll{overflow:visible;border:0}.scroll svg{max-width:100%;max-height:245mm;height:auto}
details{overflow:visible;break-inside:auto}.cause>summary,.fix,h2,h3{break-after:avoid}.fix,.said,pre{break-inside:avoid-page}pre,.said{contain:none}
summary::after{display:none}.cause::details-content{content-visibility:visible;height:auto}@page{margin:14mm}}`
