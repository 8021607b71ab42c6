import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderLoop } from "../../../evals/report/loop/render-loop.ts";
import { renderRollout } from "../../../evals/report/loop/render-rollout.ts";
import { renderReport } from "../../../evals/report/render-report.ts";
import { reportData } from "../../../evals/report/report-data.ts";
import { simulatedReport } from "../../../studies/simulated-desk.ts";
import { hostileReport } from "../../support/evals/hostile-report.ts";
import {
  longReport,
  manyModelsReport,
  rightToLeftReport,
  tinyReport,
} from "../../support/evals/odd-reports.ts";
import { large, now, reportRecords, small, stated } from "../../support/evals/report-world.ts";
import { enoughLoop, hostileLoop } from "../../support/evals/sample-loops.ts";
import { hostileRollout, rolledBack } from "../../support/evals/sample-rollouts.ts";
import { runs } from "../../support/runs.ts";

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
const present = existsSync(executablePath);
if (!present) console.log(`skipped: no Chromium at ${executablePath} (CHROMIUM_PATH)`);

const sections = [
  "alternatives",
  "certificate",
  "comparison",
  "saving",
  "categories",
  "calibration",
  "scores",
  "worst",
];
const reports = {
  plain: () => reportData(reportRecords(300), { small, large, classifier: stated, resamples: 20, now }),
  certified: simulatedReport,
  hostile: hostileReport,
  "right to left": rightToLeftReport,
  long: longReport,
  tiny: tinyReport,
  "many models": manyModelsReport,
};
const pages = {
  rollout: async () => renderRollout(rolledBack, now),
  "hostile rollout": async () => renderRollout(hostileRollout, now),
  loop: async () => renderLoop(enoughLoop),
  "hostile loop": async () => renderLoop(hostileLoop),
};
type Name = keyof typeof reports | keyof typeof pages;
const pageNames = Object.keys(pages) as (keyof typeof pages)[];
const reportNames = Object.keys(reports) as (keyof typeof reports)[];
const names: readonly Name[] = [...reportNames, ...pageNames];
const rolloutSections = ["guards", "sequences", "arms", "shadow", "history"];
const loopSections = ["promise", "decided", "evidence"];

function pageOf(name: Name): Promise<string> {
  const page = pageNames.find((one) => one === name);
  if (page !== undefined) return pages[page]();
  return Promise.resolve(reports[name as keyof typeof reports]()).then(renderReport);
}

function sectionsOf(name: Name): readonly string[] {
  if (name === "rollout" || name === "hostile rollout") return rolloutSections;
  return name === "loop" || name === "hostile loop" ? loopSections : sections;
}

describe.skipIf(!present)("a report in Chromium", () => {
  let browser: Browser;
  let folder: string;
  const files = new Map<Name, string>();
  const open = async (name: Name, options: Parameters<Browser["newPage"]>[0]): Promise<Page> => {
    const page = await browser.newPage(options);
    await page.goto(files.get(name) ?? "");
    return page;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "report-"));
    for (const name of names) {
      const path = join(folder, `${names.indexOf(name)}.html`);
      await writeFile(path, await pageOf(name));
      files.set(name, pathToFileURL(path).href);
    }
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** Reports that are looked at in each width and scheme; the others on a phone in the dark, unless all is run. */
  const always: readonly Name[] = runs(1, 2) === 2 ? names : ["hostile"];
  /** axe takes seconds: each kind of page has it, and each scheme and width. */
  const withAxe: readonly string[] = [
    "certified 1200 light",
    "hostile 390 dark",
    "rollout 1200 light",
    "hostile loop 390 dark",
  ];
  const views = names.flatMap((name) =>
    ([1200, 390] as const).flatMap((width) =>
      (["light", "dark"] as const)
        .filter(
          (scheme) =>
            always.includes(name) ||
            (width === 390 && scheme === "dark") ||
            withAxe.includes(`${name} ${width} ${scheme}`),
        )
        .map((colorScheme) => ({ width, colorScheme, name })),
    ),
  );
  it.each(views)(
    "$name at $width px in $colorScheme: complete, quiet, within its width, legible, and without a finding of axe",
    async ({ width, colorScheme, name }) => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const noises: string[] = [];
      page.on("console", (message) => noises.push(message.text()));
      page.on("pageerror", (error) => noises.push(error.message));
      page.on("request", (request) => {
        if (request.url() !== files.get(name)) noises.push(`requested ${request.url()}`);
      });
      await page.goto(files.get(name) ?? "");
      expect(noises).toEqual([]);
      const folded = await page.evaluate(lookAround, sectionsOf(name));
      expect(folded.owned).toBe(false);
      expect(folded.invisible).toEqual([]);
      expect(folded.scrollWidth).toBeLessThanOrEqual(width);
      await page.evaluate(unfold);
      const seen = await page.evaluate(lookAround, sectionsOf(name));
      const all = runs(0, 1) === 1 && (width === 390) === (colorScheme === "dark");
      if (all || withAxe.includes(`${name} ${width} ${colorScheme}`))
        expect(await findingsOf(page)).toEqual([]);
      await page.close();
      expect(seen.owned).toBe(false);
      expect(seen.scrollWidth).toBeLessThanOrEqual(width);
      expect(seen.faint).toEqual([]);
      expect(seen.colliding).toEqual([]);
      // Wide tables scroll on a phone only.
      if (width === 1200) expect(seen.scrolling).toEqual([]);
    },
    60_000,
  );

  it("shows the verdict, money, quality, advice and the chart on the first screen, and folds the rest", async () => {
    const page = await open("certified", { viewport: { width: 1200, height: 860 } });
    const ends = await page.evaluate(
      (selectors) =>
        selectors.map((selector) => {
          const { document } = globalThis as unknown as BrowserGlobals;
          return document.querySelector(selector)?.getBoundingClientRect().bottom ?? Infinity;
        }),
      [".status", "h1", ".lead", ".facts", ".options"],
    );
    const foldedAt = await page.evaluate(() => {
      const { document } = globalThis as unknown as BrowserGlobals;
      return document.documentElement.scrollHeight;
    });
    await page.close();
    for (const end of ends) expect(end).toBeLessThan(860);
    expect([...ends].sort((a, b) => a - b)).toEqual(ends);
    expect(foldedAt).toBeLessThan(2_200);
  }, 60_000);

  it("is unfolded with the keyboard", async () => {
    const page = await open("plain", { viewport: { width: 1200, height: 860 } });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const { heading, isOpen } = await page.evaluate(() => {
      const { document } = globalThis as unknown as BrowserGlobals;
      const { activeElement } = document;
      return {
        heading: activeElement?.textContent ?? "",
        isOpen: activeElement?.parentElement?.hasAttribute("open"),
      };
    });
    await page.close();
    expect(heading).toContain("Cost and quality");
    expect(isOpen).toBe(true);
  }, 60_000);

  // Each kind of page, and those which are long or wide; a PDF takes a second.
  const printed: readonly Name[] =
    runs(0, 1) === 1 ? names : ["certified", "long", "many models", "hostile rollout", "loop"];
  it.each(printed)(
    "%s: prints on paper within its width, unfolded, with no page half empty",
    async (name) => {
      // A4 without its margins, in CSS pixels.
      const [width, height] = [688, 1_016];
      const page = await open(name, { viewport: { width, height } });
      await page.emulateMedia({ media: "print" });
      const { scrollWidth, scrolling, scrollHeight, hidden } = await page.evaluate(
        lookAround,
        sectionsOf(name),
      );
      const pdf = await page.pdf({ format: "A4" });
      await page.close();
      expect(scrollWidth).toBeLessThanOrEqual(width);
      expect(scrolling).toEqual([]);
      expect(hidden).toEqual([]);
      const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      const full = scrollHeight / height;
      expect(pages).toBeGreaterThan(0);
      // Besides the last page, a fifth of each page at most is empty because something did not fit on it.
      expect(pages).toBeLessThanOrEqual(Math.ceil(full / 0.8) + 1);
    },
  );
});

async function findingsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    // The same findings, without an account of what is in order, which takes a fifth of the time.
    (globalThis as unknown as BrowserGlobals).axe.run({ resultTypes: ["violations"] }),
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}

function unfold(): void {
  const { document } = globalThis as unknown as BrowserGlobals;
  for (const details of document.querySelectorAll("details")) details.setAttribute("open", "");
}

/** Runs in the page: what a reader would notice. */
function lookAround(wanted: readonly string[]): {
  owned: boolean;
  invisible: string[];
  scrollWidth: number;
  scrollHeight: number;
  faint: string[];
  scrolling: string[];
  colliding: string[];
  hidden: string[];
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
  const colliding: string[] = [];
  for (const figure of document.querySelectorAll("figure svg")) {
    const texts = [...figure.querySelectorAll("text")].flatMap((text) =>
      text.getClientRects().length === 0 || !hasText(text)
        ? []
        : [{ text, box: text.getBoundingClientRect() }],
    );
    texts.forEach(({ text, box }, index) => {
      for (const other of texts.slice(index + 1)) {
        const apart =
          box.right <= other.box.left + 1 ||
          other.box.right <= box.left + 1 ||
          box.bottom <= other.box.top + 3 ||
          other.box.bottom <= box.top + 3;
        if (!apart) colliding.push(`${text.textContent} / ${other.text.textContent}`);
      }
      if (box.left < 0 || box.right > document.documentElement.clientWidth)
        colliding.push(`${text.textContent} / edge`);
    });
  }
  return {
    owned: "owned" in globalThis,
    invisible: wanted.filter((id) => (document.getElementById(id)?.getClientRects().length ?? 0) === 0),
    scrollWidth: document.documentElement.scrollWidth,
    scrollHeight: document.documentElement.scrollHeight,
    colliding,
    hidden: [...document.querySelectorAll(".folded")].flatMap((part) =>
      part.checkVisibility({ contentVisibilityAuto: true }) ? [] : [part.textContent?.slice(0, 40) ?? ""],
    ),
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
  hasAttribute(name: string): boolean;
  setAttribute(name: string, value: string): void;
  getClientRects(): { readonly length: number };
  getBoundingClientRect(): Readonly<Record<"left" | "right" | "top" | "bottom", number>>;
  querySelectorAll(selector: string): Iterable<PageElement>;
  checkVisibility(options: object): boolean;
}

interface BrowserGlobals {
  readonly axe: {
    run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
  };
  readonly document: {
    readonly documentElement: PageElement & { readonly scrollHeight: number };
    readonly activeElement: PageElement | null;
    querySelector(selector: string): PageElement | null;
    getElementById(id: string): PageElement | null;
    querySelectorAll(selector: string): Iterable<PageElement>;
  };
  getComputedStyle(element: PageElement): {
    readonly color: string;
    readonly fill: string;
    readonly backgroundColor: string;
  };
}
