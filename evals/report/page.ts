import { pageFile } from "../../src/serve/page/inner.ts";
import { type Content, html } from "./html.ts";
import { reportStyle } from "./report-style.ts";

export interface Page {
  readonly title: string;
  readonly main: Content;
  readonly footer: Content;
}

/** Returns a report as one HTML file without scripts, which loads nothing and sends nothing. */
export function pageOf({ title, main, footer }: Page): string {
  const body = html`<body>
<main>
${main}
</main>
${footer}
</body>`;
  return pageFile({ title, style: reportStyle, body: body.source });
}
