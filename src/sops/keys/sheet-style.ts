// How a sheet looks, on a screen and on paper of either size: black on white, no colour that means anything, codes large enough to scan.

export const SHEET_STYLE = `
@page { margin: 14mm }
* { box-sizing: border-box }
body { max-width: 182mm; margin: 8mm auto; padding: 0 4mm; color: #000; background: #fff; font: 10.5pt/1.4 system-ui, sans-serif }
h1 { font-size: 18pt; margin: 0 0 2mm }
h2 { font-size: 12.5pt; margin: 6mm 0 2mm; break-after: avoid }
table { border-collapse: collapse; width: 100%; font-size: 9pt }
th, td { border-top: 0.3mm solid #999; padding: 1mm 2mm 1mm 0; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { width: 24mm; font-weight: 600 }
ol { margin: 0; padding-left: 6mm }
li { margin: 0 0 1.5mm; break-inside: avoid }
code { display: block; margin: 0.5mm 0; font: 9pt/1.4 ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere }
pre { margin: 0; font: 9pt/1.5 ui-monospace, Menlo, Consolas, monospace; font-variant-ligatures: none; white-space: pre; overflow-x: auto; break-inside: avoid }
pre i { font-style: normal; color: #555; -webkit-user-select: none; user-select: none }
p.fine { font-size: 8.5pt; margin: 1mm 0 }
figure { display: inline-block; width: 86mm; margin: 2mm 2mm 2mm 0; break-inside: avoid }
figure svg { display: block; width: 100%; height: auto; shape-rendering: crispEdges }
figcaption { font-size: 9pt; text-align: center }
@media print {
  body { max-width: none; margin: 0; padding: 0 }
  pre { overflow: visible }
}
`
