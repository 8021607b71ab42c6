import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** False where there is no Chromium: says so. */
export const hasChromium: boolean = existsSync(executablePath);
if (!hasChromium) console.log(`skipped: no Chromium at ${executablePath} (CHROMIUM_PATH)`);

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** A page, and whatever it or the browser complained about. */
export interface WatchedPage {
  readonly page: Page;
  readonly noises: string[];
}

/** Opens an address and notes each message, error, and request to another place. */
export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    timezoneId: "UTC",
    ...options,
  });
  const page = await context.newPage();
  const noises: string[] = [];
  page.on("console", (message) => noises.push(message.text()));
  page.on("pageerror", (error) => noises.push(error.message));
  page.on("request", (request) => {
    if (!/^data:/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin)
      noises.push(`requested ${request.url()}`);
  });
  await page.goto(url);
  return { page, noises };
}

/** Findings of axe-core. It is brought in by the debugger, past the policy of the page. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } };
    // The same findings, without an account of what is in order, which takes a fifth of the time.
    return axe.run({ resultTypes: ["violations"] });
  });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
