/** Rules of the pages of the loop, besides those of all reports. */
export const loopStyle: string = `
.steps { display: flex; gap: 6px; margin: 28px 0 0; padding: 0; max-width: none; list-style: none; }
.steps li { flex: 1 1 0; min-width: 0; margin: 0; padding-top: 10px; border-top: 5px solid var(--track); color: var(--muted); font-size: 12px; line-height: 1.4; }
.steps .past { border-color: var(--faint); }
.steps .now { border-color: var(--accent); color: var(--accent-ink); font-weight: 600; }
.steps strong { display: block; font-size: 13.5px; font-weight: 650; }
.progress { height: 10px; margin: 30px 0 6px; border-radius: 5px; background: var(--track); overflow: hidden; }
.progress span { display: block; height: 100%; border-radius: 5px; background: var(--accent); }
.plain { margin-top: 36px; }
.word { display: inline-block; padding: 1px 8px; border-radius: 999px; font-weight: 600; white-space: nowrap; }
.word.go { color: var(--go); background: var(--go-panel); }
.word.care { color: var(--warn); background: var(--warn-panel); }
.word.no { color: var(--no); background: var(--no-panel); }
.command { display: block; margin: 16px 0 0; padding: 12px 16px; border-radius: 8px; background: var(--panel); color: var(--ink); font-size: 13.5px; overflow-wrap: anywhere; }
.command span { display: inline-block; max-width: 100%; }
.history { margin: 0; padding: 0; max-width: none; list-style: none; }
.history li { display: grid; grid-template-columns: 11.5em 10em minmax(0, 1fr); gap: 2px 16px; margin: 0; padding: 8px 0; border-top: 1px solid var(--line); font-size: 13.5px; }
.history time { color: var(--muted); font-variant-numeric: tabular-nums; }
@media (max-width: 700px) {
  .steps { flex-wrap: wrap; }
  .steps li { flex-basis: 28%; }
  .history li { grid-template-columns: minmax(0, 1fr); }
}
@media print {
  .steps, .progress { print-color-adjust: exact; }
  .scroll td { white-space: normal; overflow-wrap: anywhere; }
}
`;
