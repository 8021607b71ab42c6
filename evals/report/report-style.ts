import { palette } from "../../src/serve/page/inner.ts";
import { printStyle } from "./print-style.ts";

/**
 * Style sheet. Colours have a contrast of at least 4.5 to their background in both schemes, lines of at least
 * 3. Sizes: 12 and 13.5 for what matters less, 15 for text, 18 for headings, then 30 and 42.
 */
export const reportStyle: string = `
${palette}
:root { --panel: #f5f5f2; --faint: #c6c8c4; --shade: #0002; }
@media (prefers-color-scheme: dark) { :root { --panel: #1d2024; --faint: #575c63; --shade: #000a; } }
@media print { :root { --panel: #f4f4f1; --faint: #c6c8c4; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 40px 32px 48px; max-width: 1040px;
  background: var(--card); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
.kicker { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 24px; margin: 0 0 34px; padding-bottom: 12px; max-width: none; border-bottom: 1px solid var(--line); color: var(--muted); font-size: 13.5px; }
.status { margin: 0 0 12px; font-size: 13.5px; font-weight: 650; line-height: 1; }
.status span { display: inline-block; padding: 6px 12px 6px 26px; border-radius: 999px; position: relative; }
.status span::before { content: ""; position: absolute; inset-inline-start: 11px; top: 50%; width: 8px; height: 8px; margin-top: -4px; border-radius: 50%; background: currentColor; }
.go span { color: var(--go); background: var(--go-panel); }
.care span, .wait span { color: var(--warn); background: var(--warn-panel); }
.no span { color: var(--no); background: var(--no-panel); }
h1 { margin: 0; max-width: 30ch; font-size: 40px; line-height: 1.12; font-weight: 680; letter-spacing: -0.022em; text-wrap: balance; }
.lead { margin: 16px 0 0; max-width: 66ch; color: var(--muted); font-size: 18px; line-height: 1.5; text-wrap: pretty; }
h2 { margin: 0; font-size: 18px; line-height: 1.35; font-weight: 650; letter-spacing: -0.006em; }
h3 { margin: 24px 0 4px; font-size: 15px; font-weight: 650; }
p { margin: 0 0 12px; max-width: 68ch; }
.note, .caption { color: var(--muted); font-size: 13.5px; }
.caption { margin: 18px 0 2px; max-width: none; }
.note { margin-top: 10px; }
.name { unicode-bidi: isolate; white-space: nowrap; }
.long { white-space: normal; overflow-wrap: anywhere; }
.small { max-width: 480px; }
.facts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); margin: 30px 0 0; border-block: 1px solid var(--line); }
.facts > div { padding: 18px 24px 17px; border-inline-start: 1px solid var(--line); }
.facts > div:first-child { padding-inline-start: 0; border-inline-start: 0; }
.facts dt { font-size: 13.5px; font-weight: 600; }
.facts dd { margin: 0; }
.facts .figure { margin: 2px 0 1px; font-size: 30px; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -0.018em; }
.facts .range { font-size: 13.5px; }
.facts .about { margin-top: 4px; color: var(--muted); font-size: 12px; line-height: 1.45; text-wrap: pretty; }
.summary { margin-top: 30px; }
.summary .note { max-width: none; text-wrap: pretty; }
.panel { margin: 28px 0 0; padding: 18px 22px; border-radius: 10px; background: var(--panel); }
.panel h2 { margin: 0 0 6px; }
.panel p:last-child, .panel ul:last-child { margin-bottom: 0; }
.panel.open { background: var(--warn-panel); }
.panel.open h2 { color: var(--warn); }
ul { margin: 0 0 12px; padding-inline-start: 20px; max-width: 72ch; }
li { margin: 3px 0; }
figure { margin: 14px 0 10px; }
figure svg { display: block; width: 100%; height: auto; overflow: visible; font-family: inherit; --plot-background: var(--card); }
figure svg text { unicode-bidi: isolate; }
.narrow { display: none; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px 32px; }
.scroll { margin: 0 0 12px; overflow-x: auto; }
summary:focus-visible, .scroll:focus-visible, .prompt:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
table { width: 100%; border-collapse: collapse; font-size: 13.5px; line-height: 1.4; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: 7px 0 7px 18px; border-bottom: 1px solid var(--line); text-align: end; white-space: nowrap; vertical-align: baseline; }
th:first-child, td:first-child { padding-inline-start: 0; text-align: start; white-space: normal; min-width: 9em; overflow-wrap: anywhere; }
thead th { color: var(--muted); font-weight: 500; vertical-align: bottom; white-space: normal; }
tbody th { font-weight: 400; }
tr.ours th, tr.ours td { color: var(--accent-ink); font-weight: 600; }
tr.few td, tr.few th { color: var(--muted); }
.range { color: var(--muted); font-weight: 400; }
td .range { display: block; font-size: 12px; }
.options { margin-top: 6px; font-size: 15px; table-layout: fixed; }
.options th, .options td { padding: 11px 0 11px 28px; text-align: start; white-space: normal; vertical-align: top; }
.options thead th { padding-block: 4px 6px; font-size: 13.5px; }
.options th:first-child { width: 27%; padding-inline-start: 0; }
.options .title { display: block; font-weight: 600; }
.options .about { display: block; color: var(--muted); font-size: 13.5px; font-weight: 400; }
.options .number { font-weight: 600; }
.options .line { display: block; }
.options tr.ours .line, .options .line { font-weight: 400; }
.options td .range { display: inline; font-size: 13.5px; white-space: nowrap; }
.options .label, .options .comma { display: none; }
.options svg { display: block; width: 100%; overflow: visible; }
.options .bar { height: 14px; margin: 4px 0 5px; }
.options .dot { height: 14px; margin: 4px 0 5px; }
.options rect.track { fill: var(--track); }
.options rect.value { fill: var(--faint); }
.options .bar line { stroke: var(--ink); stroke-width: 1.4; }
.options .dot line { stroke: var(--muted); stroke-width: 2; stroke-linecap: round; }
.options .dot line.track { stroke: var(--track); stroke-width: 2; }
.options circle { fill: var(--card); stroke: var(--muted); stroke-width: 2; }
.options .ours rect.value, .options .ours circle { fill: var(--accent); }
.options .ours circle, .options .ours .dot line:not(.track) { stroke: var(--accent); }
.fold { border-bottom: 1px solid var(--line); }
.fold:not(.fold ~ .fold) { margin-top: 36px; border-top: 1px solid var(--line); }
.panel + .fold:not(.fold ~ .fold) { margin-top: 28px; }
.fold > details { margin: 0; }
.fold > details > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 14px; padding: 13px 0 13px 24px; position: relative; list-style: none; cursor: pointer; color: inherit; font-size: inherit; }
.fold > details > summary::-webkit-details-marker { display: none; }
.fold > details > summary::before { content: ""; position: absolute; left: 4px; top: 22px; width: 7px; height: 7px; border: solid var(--muted); border-width: 0 1.6px 1.6px 0; transform: rotate(-45deg); }
.fold > details[open] > summary::before { transform: rotate(45deg); top: 20px; }
.fold > details > summary:hover h2 { color: var(--accent-ink); }
.fold h2 { font-size: 16px; }
.gist { color: var(--muted); font-size: 13.5px; }
.folded { padding: 4px 0 24px; }
.folded > :first-child { margin-top: 0; }
details details { margin: 8px 0; }
details details summary { color: var(--muted); font-size: 13.5px; cursor: pointer; }
ol.worst { margin: 14px 0; padding: 0; list-style: none; }
ol.worst > li { margin: 0; padding: 12px 0; border-top: 1px solid var(--line); break-inside: avoid; }
.worst .about { margin: 0; color: var(--muted); font-size: 13.5px; max-width: none; }
.worst .about strong { color: var(--ink); font-weight: 600; }
.prompt { margin: 6px 0 0; font-size: 13.5px; line-height: 1.5; white-space: pre-wrap; unicode-bidi: isolate; max-width: 80ch; max-height: 9em; overflow: hidden auto; }
footer { margin-top: 28px; color: var(--muted); font-size: 12px; }
footer dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 3px 18px; margin: 0; }
footer dd { margin: 0; }
code { font: 0.94em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (max-width: 700px) {
  body { padding: 20px 20px 32px; }
  .kicker { margin-bottom: 20px; padding-bottom: 10px; font-size: 12px; }
  h1 { font-size: 28px; letter-spacing: -0.016em; }
  .lead { margin-top: 10px; font-size: 16px; }
  .wide { display: none; }
  .narrow { display: block; }
  /* A shadow where there is more to scroll to. */
  .scroll {
    background:
      linear-gradient(90deg, var(--card) 40%, transparent) left / 36px 100% no-repeat local,
      linear-gradient(270deg, var(--card) 40%, transparent) right / 36px 100% no-repeat local,
      linear-gradient(90deg, var(--shade), transparent) left / 14px 100% no-repeat scroll,
      linear-gradient(270deg, var(--shade), transparent) right / 14px 100% no-repeat scroll;
  }
  .pair, .facts { grid-template-columns: minmax(0, 1fr); }
  .facts { margin-top: 20px; }
  .facts > div { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.25fr); gap: 0 14px; padding: 11px 0; border-inline-start: 0; border-top: 1px solid var(--line); }
  .facts > div:first-child { border-top: 0; }
  .facts .figure { margin-top: 0; font-size: 22px; }
  .facts .about { margin-top: 2px; }
  .summary { margin-top: 24px; }
  .options, .options tbody, .options tr, .options th:first-child, .options td { display: block; width: auto; }
  .options thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .options tr { padding: 12px 0; border-bottom: 1px solid var(--line); }
  .options th:first-child, .options td { padding: 0; border: 0; }
  .options td { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 6px; align-items: baseline; margin-top: 6px; }
  .options td .label { grid-row: 1; margin-inline-end: auto; }
  .options td svg { grid-row: 2; grid-column: 1 / -1; }
  .options td .values { grid-row: 1; text-align: end; }
  .options td.instead:empty { display: none; }
  .options .label { display: block; color: var(--muted); font-size: 12px; font-weight: 400; line-height: 1.4; }
  .options .line { display: inline; }
  .options .comma { display: inline; }
  .options td .range { white-space: normal; }
  .gist { width: 100%; }
  footer dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  footer dd { margin-bottom: 8px; }
}
@media (forced-colors: active) {
  .status span, .panel { border: 1px solid; }
  .options rect.value, .options .ours circle { fill: CanvasText; }
  .options line, .options circle { stroke: CanvasText; }
}
${printStyle}`;
