/**
 * Style sheet. Colours have a contrast of at least 4.5 to their background in both schemes, lines of at least
 * 3.
 */
export const reportStyle: string = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --panel: #f4f4f1; --ink: #1c1d1f; --muted: #62656a; --faint: #c9cac6; --line: #e2e2de; --shade: #0002;
  --accent: #0b6e8f; --accent-ink: #0a5f7c; --warn: #8a4b00; --warn-panel: #fbf1e2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181b; --panel: #1f2226; --ink: #e8e8e5; --muted: #a0a4aa; --faint: #51565d; --line: #30343a; --shade: #000a;
    --accent: #4fb3d4; --accent-ink: #74c7e3; --warn: #f0b866; --warn-panel: #2c2416;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 56px 24px 40px; max-width: 960px;
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
.kicker { margin: 0 0 14px; max-width: none; color: var(--muted); font-size: 14px; }
h1 { margin: 0; font-size: 30px; line-height: 1.25; font-weight: 650; letter-spacing: -0.012em; text-wrap: balance; }
h2 { margin: 56px 0 6px; font-size: 20px; line-height: 1.3; font-weight: 650; letter-spacing: -0.005em; }
h3 { margin: 24px 0 4px; font-size: 15px; font-weight: 650; }
p { margin: 0 0 12px; max-width: 68ch; }
.note, .caption { color: var(--muted); font-size: 14px; }
.caption { margin: 18px 0 2px; max-width: none; }
.note { margin-top: 8px; }
h1 .range { font-weight: 400; }
h1 .open { color: var(--warn); }
.name { white-space: nowrap; }
.small { max-width: 480px; }
.facts { display: grid; grid-template-columns: repeat(3, 1fr); gap: 0; margin: 34px 0 0; border-block: 1px solid var(--line); }
.facts > div { padding: 16px 20px 15px; border-left: 1px solid var(--line); }
.facts > div:first-child { padding-left: 0; border-left: 0; }
.facts dt { color: var(--muted); font-size: 14px; }
.facts dd { margin: 0; }
.facts .figure { font-size: 28px; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.facts .range { color: var(--muted); font-size: 14px; }
.panel { margin: 28px 0 0; padding: 18px 22px; border-radius: 8px; background: var(--panel); }
.panel h2 { margin-top: 0; }
.panel p:last-child, .panel ul:last-child { margin-bottom: 0; }
.panel.open { background: var(--warn-panel); }
.panel.open h2 { color: var(--warn); }
ul { margin: 0 0 12px; padding-left: 20px; max-width: 68ch; }
li { margin: 3px 0; }
figure { margin: 14px 0 10px; }
svg { display: block; width: 100%; height: auto; overflow: visible; font-family: inherit; --plot-background: var(--paper); }
.narrow { display: none; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px 32px; }
.scroll { margin: 0 0 12px; overflow-x: auto; }
.scroll:focus-visible, .prompt:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; font-size: 13.5px; line-height: 1.4; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: 7px 0 7px 14px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; vertical-align: baseline; }
th:first-child, td:first-child { padding-left: 0; text-align: left; white-space: normal; min-width: 11em; overflow-wrap: anywhere; }
thead th { color: var(--muted); font-weight: 500; vertical-align: bottom; white-space: normal; }
tbody th { font-weight: 400; }
tr.ours th, tr.ours td { color: var(--accent-ink); font-weight: 600; }
tr.few td, tr.few th { color: var(--muted); }
.range { color: var(--muted); font-weight: 400; }
details { margin: 8px 0; }
summary { color: var(--muted); font-size: 14px; cursor: pointer; }
ol.worst { margin: 14px 0; padding: 0; list-style: none; }
ol.worst > li { margin: 0; padding: 12px 0; border-top: 1px solid var(--line); break-inside: avoid; }
.worst .about { margin: 0; color: var(--muted); font-size: 14px; max-width: none; }
.worst .about strong { color: var(--ink); font-weight: 600; }
.prompt { margin: 6px 0 0; font-size: 14px; line-height: 1.5; white-space: pre-wrap; unicode-bidi: isolate; max-width: 80ch; max-height: 9em; overflow: hidden auto; }
footer { margin-top: 64px; padding-top: 18px; border-top: 1px solid var(--line); color: var(--muted); font-size: 13px; }
footer dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 3px 18px; margin: 0; }
footer dd { margin: 0; }
code { font: 0.94em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (max-width: 640px) {
  body { padding: 28px 20px 32px; }
  h1 { font-size: 23px; }
  h2 { margin-top: 44px; }
  .wide { display: none; }
  .narrow { display: block; }
  /* A shadow where there is more to scroll to. */
  .scroll {
    background:
      linear-gradient(90deg, var(--paper) 40%, transparent) left / 36px 100% no-repeat local,
      linear-gradient(270deg, var(--paper) 40%, transparent) right / 36px 100% no-repeat local,
      linear-gradient(90deg, var(--shade), transparent) left / 14px 100% no-repeat scroll,
      linear-gradient(270deg, var(--shade), transparent) right / 14px 100% no-repeat scroll;
  }
  .facts, .pair { grid-template-columns: minmax(0, 1fr); }
  .facts > div { padding: 12px 0; border-left: 0; border-top: 1px solid var(--line); }
  .facts > div:first-child { border-top: 0; }
  footer dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  footer dd { margin-bottom: 8px; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --panel: #f4f4f1; --ink: #000; --muted: #555; --faint: #c9cac6; --line: #ddd;
    --accent: #0b6e8f; --accent-ink: #0a5f7c; --warn: #8a4b00; --warn-panel: #fbf1e2;
  }
  @page { margin: 16mm 14mm; }
  body { padding: 0; max-width: none; font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h1 { font-size: 20pt; }
  h2 { margin-top: 22pt; break-after: avoid; }
  .wide { display: block; }
  .narrow { display: none; }
  p:has(+ figure), p:has(+ .pair), p:has(+ .small) { break-after: avoid; }
  /* What is folded cannot be opened on paper. */
  details { display: none; }
  p, figure, .panel, .facts, .small, tr { break-inside: avoid; }
  .scroll { overflow: visible; background: none; }
  table { font-size: 7.5pt; }
  th, td { padding: 4pt 0 4pt 6pt; }
  th:first-child, td:first-child { min-width: 7em; }
  .prompt { max-height: none; overflow: visible; }
}
`;
