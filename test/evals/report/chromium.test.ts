import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "../../../evals/report/render-report.ts";
import { reportData } from "../../../evals/report/report-data.ts";
import { hostileReport } from "../../support/evals/hostile-report.ts";
import { large, now, reportRecords, small, stated } from "../../support/evals/report-world.ts";

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
const present = existsSync(executablePath);
if (!present) console.log(`skipped: no Chromium at ${executablePath} (CHROMIUM_PATH)`);

const sections = ["certificate", "comparison", "saving", "categories", "calibration", "scores", "worst"];

describe.skipIf(!present)("a report in Chromium", () => {
  let browser: Browser;
  let folder: string;
  const files: { plain: string; hostile: string } = { plain: "", hostile: "" };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "report-"));
    const plain = await reportData(reportRecords(300), {
      small,
      large,
      classifier: stated,
      resamples: 20,
      now,
    });
    for (const [name, report] of [
      ["plain", plain],
      ["hostile", await hostileReport()],
    ] as const) {
      const path = join(folder, `${name}.html`);
      await writeFile(path, await renderReport(report));
      files[name] = pathToFileURL(path).href;
    }
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  const views = [1280, 390].flatMap((width) =>
    (["light", "dark"] as const).flatMap((colorScheme) =>
      (["plain", "hostile"] as const).map((name) => ({ width, colorScheme, name })),
    ),
  );
  it.each(views)(
    "$name at $width px in $colorScheme: complete, quiet, within its width, and legible",
    async ({ width, colorScheme, name }) => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const noises: string[] = [];
      page.on("console", (message) => noises.push(message.text()));
      page.on("pageerror", (error) => noises.push(error.message));
      page.on("request", (request) => {
        if (request.url() !== files[name]) noises.push(`requested ${request.url()}`);
      });
      await page.goto(files[name]);
      const seen = await page.evaluate(lookAround, sections);
      await page.close();
      expect(noises).toEqual([]);
      expect(seen.owned).toBe(false);
      expect(seen.invisible).toEqual([]);
      expect(seen.scrollWidth).toBeLessThanOrEqual(width);
      expect(seen.faint).toEqual([]);
      // Wide tables scroll on a phone only.
      if (width === 1280 && name === "plain") expect(seen.scrolling).toEqual([]);
    },
    60_000,
  );

  it("prints on paper within its width, with every table whole", async () => {
    const page = await browser.newPage({ viewport: { width: 690, height: 980 } });
    await page.emulateMedia({ media: "print" });
    await page.goto(files.plain);
    const { scrollWidth, scrolling } = await page.evaluate(lookAround, sections);
    const pdf = await page.pdf({ format: "A4" });
    await page.close();
    expect(scrollWidth).toBeLessThanOrEqual(690);
    expect(scrolling).toEqual([]);
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  }, 60_000);
});

/** Runs in the page: what a reader would notice. */
function lookAround(wanted: readonly string[]): {
  owned: boolean;
  invisible: string[];
  scrollWidth: number;
  faint: string[];
  scrolling: string[];
} {
  const { document, getComputedStyle } = globalThis as unknown as BrowserGlobals;
  const numbersOf = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: number[]): number => {
    const [red = 0, green = 0, blue = 0] = color.slice(0, 3).map((channel) => {
      const share = channel / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element: PageElement | null): number[] => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = numbersOf(getComputedStyle(at).backgroundColor);
      if (color.length >= 3 && (color[3] ?? 1) > 0.5) return color;
    }
    return [255, 255, 255];
  };
  const faint: string[] = [];
  for (const element of document.querySelectorAll("body *")) {
    if (
      !hasText(element) ||
      element.getClientRects().length === 0 ||
      element.tagName.toLowerCase() === "style"
    )
      continue;
    const style = getComputedStyle(element);
    const color = numbersOf(element.tagName.toLowerCase() === "text" ? style.fill : style.color);
    const [a, b] = [luminance(color), luminance(groundOf(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5)
      faint.push(`${element.tagName} ${contrast.toFixed(2)}: ${element.textContent?.slice(0, 40)}`);
  }
  function hasText(element: PageElement): boolean {
    return [...element.childNodes].some(
      (node) => node.nodeType === 3 && (node.textContent ?? "").trim() !== "",
    );
  }
  return {
    owned: "owned" in globalThis,
    invisible: wanted.filter((id) => (document.getElementById(id)?.getClientRects().length ?? 0) === 0),
    scrollWidth: document.documentElement.scrollWidth,
    faint,
    scrolling: [...document.querySelectorAll(".scroll")].flatMap((box) =>
      box.scrollWidth > box.clientWidth + 1 ? [box.getAttribute("aria-label") ?? ""] : [],
    ),
  };
}

/** As much of a browser's globals as is used: the project is compiled without them. */
interface PageElement {
  readonly tagName: string;
  readonly textContent: string | null;
  readonly parentElement: PageElement | null;
  readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string | null }>;
  readonly scrollWidth: number;
  readonly clientWidth: number;
  getAttribute(name: string): string | null;
  getClientRects(): { readonly length: number };
}

interface BrowserGlobals {
  readonly document: {
    readonly documentElement: PageElement;
    getElementById(id: string): PageElement | null;
    querySelectorAll(selector: string): Iterable<PageElement>;
  };
  getComputedStyle(element: PageElement): {
    readonly color: string;
    readonly fill: string;
    readonly backgroundColor: string;
  };
}
