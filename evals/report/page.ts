import { type Content, html, Markup } from "./html.ts";
import { reportStyle } from "./report-style.ts";

export interface Page {
  readonly title: string;
  readonly main: Content;
  readonly footer: Content;
  /** Rules besides those of all pages. */
  readonly style?: string | undefined;
}

/** Returns a page as one HTML file without scripts, which loads nothing and sends nothing. */
export function pageOf({ title, main, footer, style = "" }: Page): string {
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(reportStyle + style)}</style>
</head>
<body>
<main>
${main}
</main>
${footer}
</body>
</html>
`;
  return page.source;
}
