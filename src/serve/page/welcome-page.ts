import { escapeHtml } from "../../plugin/escape-html.ts";
import { type ClientSetting, clientSettings } from "./client-settings.ts";
import { palette } from "./style.generated.ts";

export interface WelcomePage {
  /** Address of the server as its reader knows it, without a path. It comes from a header. */
  readonly address: string;
  readonly needsKey: boolean;
  readonly hasDashboard: boolean;
}

/** Style of the page: the server allows it by its hash. */
export const welcomeStyle: string = `${palette}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 40px 24px 56px; max-width: 1080px; background: var(--paper); color: var(--ink); font: 15px / 1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 8px; font-size: 26px; line-height: 1.25; letter-spacing: -0.02em; }
h2 { margin: 0; font-size: 15px; }
p { margin: 0; }
.brand { display: flex; align-items: center; gap: 9px; margin-bottom: 28px; font-weight: 650; }
.brand svg { color: var(--accent); }
.lead { max-width: 66ch; color: var(--muted); }
.address { display: flex; flex-wrap: wrap; gap: 6px 28px; margin: 22px 0 30px; padding: 14px 18px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.address dt { font-size: 12.5px; color: var(--muted); }
.address dd { margin: 0; font-weight: 600; }
.clients { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 470px), 1fr)); gap: 14px; }
.client { display: flex; flex-direction: column; gap: 9px; padding: 16px 18px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.client span { margin-inline-start: 8px; font-weight: 400; font-size: 13px; color: var(--muted); }
.client p { font-size: 13px; color: var(--muted); }
pre { margin: 0; padding: 11px 13px; white-space: pre-wrap; border-radius: 7px; background: var(--track); font: 12.5px / 1.6 ui-monospace, "DejaVu Sans Mono", monospace; }
a { color: var(--accent-ink); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
footer { margin-top: 30px; color: var(--muted); font-size: 13.5px; }
`;

const mark =
  '<svg aria-hidden="true" viewBox="0 0 24 24" width="22" height="22"><path d="M2 12h6c4 0 4-7 8-7h6M8 12c4 0 4 7 8 7h6" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/></svg>';

/**
 * Returns the page that says what a server is and how clients are pointed at it. It shows what anyone may know: no model, price or
 * key. It has no script, and loads nothing.
 */
export function welcomePage({ address, needsKey, hasDashboard }: WelcomePage): string {
  const key = needsKey ? "<key>" : "none";
  const facts = [
    ["Address", address],
    ["Key", needsKey ? "one of this server: ask its operator" : "none is asked for: any text will do"],
    ["Model", "auto, or a name of /v1/models"],
  ] as const;
  const links = [
    ["/healthz", "health"],
    ...(hasDashboard ? ([["/dashboard", "dashboard (with a key that belongs to no tenant)"]] as const) : []),
  ] as const;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>switchpoint</title>
<link rel="icon" href="data:,">
<style>${welcomeStyle}</style>
</head>
<body>
<header>
<p class="brand">${mark} switchpoint</p>
<h1>A router for language models</h1>
<p class="lead">This server speaks the interfaces of OpenAI, Anthropic and Google. It sends each request to one of its models, by what the request asks for. Point your client here as its card says.</p>
</header>
<main>
<dl class="address">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join("")}</dl>
<div class="clients">
${clientSettings(address, key).map(card).join("\n")}
</div>
</main>
<footer>${links.map(([path, name]) => `<a href="${path}">${name}</a>`).join(" · ")}</footer>
</body>
</html>
`;
}

function card({ client, file, lines, remark }: ClientSetting): string {
  const place = file === undefined ? "" : `<span>${escapeHtml(file)}</span>`;
  const about = remark === undefined ? "" : `\n<p>${escapeHtml(remark)}</p>`;
  return `<section class="client"><h2>${escapeHtml(client)}${place}</h2>
<pre>${escapeHtml(lines.join("\n"))}</pre>${about}</section>`;
}
