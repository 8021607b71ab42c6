/** Style sheet for paper: everything is unfolded, and what is drawn is low enough to leave no half page empty. */
export const printStyle: string = `
@media print {
  @page { size: auto; margin: 14mm; }
  body { padding: 0; max-width: none; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .kicker { margin-bottom: 16pt; }
  h1 { font-size: 25pt; }
  .lead { font-size: 12pt; }
  .facts .figure { font-size: 16pt; }
  .facts > div { padding: 10pt 14pt; }
  .wide { display: block; }
  .narrow { display: none; }
  .wide svg { width: auto; max-width: 100%; height: auto; max-height: 78mm; }
  .pair figure { margin: 4pt 0; }
  .pair svg { max-height: 72mm; }
  h2, summary, .caption { break-after: avoid; }
  p:has(+ figure), p:has(+ .pair), p:has(+ .small) { break-after: avoid; }
  /* Sections cannot be unfolded on paper; the tables behind the plots stay folded. */
  .fold > details::details-content { content-visibility: visible; block-size: auto; }
  .fold > details > summary { padding: 12pt 0 4pt; }
  .fold > details > summary::before { display: none; }
  .fold h2 { font-size: 13pt; }
  .fold, .fold:not(.fold ~ .fold) { margin: 0; border: 0; }
  .folded { padding: 0 0 4pt; }
  details details { display: none; }
  p, figure, .panel, .facts, .options tr, tr { break-inside: avoid; }
  .options { font-size: 10pt; }
  .options th, .options td { padding: 6pt 0 6pt 14pt; }
  .scroll { overflow: visible; background: none; }
  table { font-size: 8pt; }
  td .range { font-size: 7pt; }
  th, td { padding: 3pt 0 3pt 6pt; }
  th:first-child, td:first-child { min-width: 7em; }
  ol.worst > li { padding: 6pt 0; }
  .prompt { max-height: none; overflow: visible; font-size: 9pt; }
  footer { break-inside: avoid; }
}
`;
