import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import {
  authoriseByKeys,
  createKey,
  type RunningServer,
  serve,
} from "../../../src/serve/http/server/index.ts";
import { createRecorder } from "../../../src/serve/status/recorder.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { hostileDashboard } from "../../support/dashboard/hostile-dashboard.ts";
import { axeFindings, hasChromium, launch, openPage } from "../../support/dashboard/open-page.ts";
import {
  type SampleDashboard,
  sampleDashboard,
  sampleNow,
  samplesOf,
  toldDashboard,
} from "../../support/dashboard/sample-dashboard.ts";
import { sampleRequests } from "../../support/dashboard/sample-requests.ts";
import { runs } from "../../support/runs.ts";

const dashboards = {
  full: () => sampleDashboard(),
  estimated: () => sampleDashboard({}),
  empty: () => samplesOf(createRecorder(), {}),
  hostile: hostileDashboard,
  told: toldDashboard,
} satisfies Record<string, () => SampleDashboard>;

/** A view takes three seconds: each dashboard, each width and each scheme has one at least, unless all is run. */
const inEachRun: readonly string[] = [
  "full 1280 light",
  "full 390 dark",
  "estimated 900 dark",
  "empty 390 light",
  "hostile 390 dark",
  "told 900 light",
];

describe.skipIf(!hasChromium)("the dashboard in Chromium", () => {
  let browser: Browser;
  const ending: (() => unknown)[] = [];
  beforeAll(async () => {
    browser = await launch();
  }, 60_000);
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  async function started(
    shown: SampleDashboard,
    options: Parameters<typeof serve>[1] = {},
  ): Promise<RunningServer> {
    const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
    const server = await serve(router, { port: 0, ...options, dashboard: shown });
    ending.push(() => server.close());
    return server;
  }
  const open = async (url: string, options: Parameters<typeof openPage>[2] = {}) => {
    const opened = await openPage(browser, url, options);
    ending.push(() => opened.page.context().close());
    return opened;
  };

  const views = (Object.keys(dashboards) as (keyof typeof dashboards)[]).flatMap((name) =>
    ([1280, 900, 390] as const).flatMap((width) =>
      (["light", "dark"] as const)
        .filter((colorScheme) => runs(0, 1) === 1 || inEachRun.includes(`${name} ${width} ${colorScheme}`))
        .map((colorScheme) => ({ name, width, colorScheme })),
    ),
  );
  it.each(views)(
    "$name at $width px in $colorScheme: quiet, within its width, without a finding of axe",
    async ({ name, width, colorScheme }) => {
      const server = await started(dashboards[name]());
      const { page, noises } = await open(`${server.url}/dashboard`, {
        viewport: { width, height: 860 },
        colorScheme,
      });
      await page.getByText(/^Live$/).waitFor();
      const row = page.locator("tr.row button").first();
      if (name !== "empty") await row.click();
      const seen = await page.evaluate(() => {
        const { document, owned } = globalThis as unknown as PageGlobals;
        return { owned, width: document.documentElement.scrollWidth };
      });
      expect(seen).toEqual({ owned: undefined, width });
      expect(noises).toEqual([]);
      expect(await axeFindings(page)).toEqual([]);
    },
    60_000,
  );

  it("says which states are the worst of several processes, and what only an event told of", async () => {
    const server = await started(toldDashboard());
    const { page } = await open(`${server.url}/dashboard`);
    await page.getByText("311 audited requests; the worst of 3 processes. 1 more below.").waitFor();
    await page
      .getByText("Quality of the routed: +0.4 points (−1.1 points to +1.9 points), by feedback.")
      .waitFor();
    await page.getByText("Stage 3, as an event of this log says.").waitFor();
    await page.getByText("51 requests recorded by all 3 workers").waitFor();
    await page.getByText("What workers do not share is shown as the worst of them has it.").waitFor();
    expect(await page.locator("ol.stages").count()).toBe(0);
  }, 60_000);

  it("has money, promise, requests, errors, latency, cost and shares by model on the first screen", async () => {
    const server = await started(sampleDashboard());
    const { page } = await open(`${server.url}/dashboard`);
    await page.getByText("measured", { exact: true }).waitFor();
    for (const id of ["saving", "promise", "requests", "errors", "latency", "cost", "traffic"]) {
      const box = await page.locator(`#${id}`).boundingBox();
      expect((box?.y ?? 0) + (box?.height ?? Number.POSITIVE_INFINITY)).toBeLessThan(860);
    }
    const text = await page.locator("#board").textContent();
    for (const part of [
      "$38.42",
      "54 %",
      "between $33.10 and $43.90 (49 to 59 %), with 95 % confidence",
      "≤ 1.5 %",
      "promised: at most 2 %, with 95 % confidence",
    ])
      expect(text).toContain(part);
  }, 60_000);

  it("says that an estimate is one, and gives it no interval", async () => {
    const server = await started(sampleDashboard({}));
    const { page } = await open(`${server.url}/dashboard`);
    await page.getByText("estimated", { exact: true }).waitFor();
    const text = await page.locator("#saving").textContent();
    expect(text).toContain("without an interval");
    expect(text).not.toContain("confidence");
  }, 60_000);

  it("takes a key in a form, keeps it in the tab alone, and forgets it", async () => {
    const [own, tenants] = [createKey(), createKey({ tenant: "one" })];
    const seen: string[] = [];
    const known = authoriseByKeys([own.record, tenants.record]);
    const server = await started(sampleDashboard(), {
      authorise: (request) => {
        seen.push(request.path);
        return known(request);
      },
    });
    const { page } = await open(`${server.url}/dashboard`);
    const addresses: string[] = [];
    page.on("request", (request) => addresses.push(request.url()));
    await page.getByLabel("Key").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    for (const [key, answer] of [
      ["", "Paste a key."],
      ["ключ", "A key has letters, digits and signs, without spaces."],
      ["sp-wrong", "This key is not known here."],
      [tenants.key, "the key of a tenant may not read what all tenants do"],
    ] as const) {
      await page.getByLabel("Key").fill(key);
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText(answer).waitFor();
    }
    await page.getByLabel("Key").fill(own.key);
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.reload();
    await page.getByText("Live", { exact: true }).waitFor();
    expect(await page.content()).not.toContain(own.key);
    expect([...addresses, ...seen, page.url()].join(" ")).not.toContain(own.key);
    const other = await page.context().newPage();
    await other.goto(`${server.url}/dashboard`);
    await other.getByLabel("Key").waitFor();
    await page.getByRole("button", { name: "Forget key" }).click();
    await page.getByLabel("Key").waitFor();
    await page.reload();
    await page.getByLabel("Key").waitFor();
  }, 60_000);

  it("takes a key behind #, which leaves the address at once", async () => {
    const { key, record } = createKey();
    const server = await started(sampleDashboard(), { authorise: authoriseByKeys([record]) });
    const { page } = await open(`${server.url}/dashboard#key=${key}`);
    await page.getByText("Live", { exact: true }).waitFor();
    expect(page.url()).toBe(`${server.url}/dashboard`);
  }, 60_000);

  it("is used with the keyboard: stretches of time, pause, and the details of a decision, which keep the focus", async () => {
    const shown = sampleDashboard();
    const server = await started(shown);
    const { page } = await open(`${server.url}/dashboard`);
    await page.locator("tr.row").first().waitFor();
    await page.getByRole("radio", { name: "the last hour" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("#saving").getByText("Since the hold-out began").waitFor();
    await expect.poll(() => page.locator("#requests strong").textContent()).not.toBe("956");
    const first = page.locator("tr.row button").first();
    await first.focus();
    const label = await first.getAttribute("aria-label");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Candidates" }).waitFor();
    const next = sampleRequests(3);
    for (let count = 0; count < 30; count += 1) shown.recorder.add(sampleNow + 1, next());
    await page.getByText(/stands still, \d+ new/).waitFor();
    expect(await page.evaluate(focusedLabel)).toBe(label);
    await page.keyboard.press("Enter");
    expect(await page.getByRole("heading", { name: "Candidates" }).count()).toBe(0);
    await page.getByRole("button", { name: "Pause" }).focus();
    await page.getByText(/a sample/).waitFor();
    await page.keyboard.press("Enter");
    expect(await page.getByRole("button", { name: "Resume" }).getAttribute("aria-pressed")).toBe("true");
  }, 60_000);

  it("comes back when the server was restarted, with the new recording", async () => {
    const before = await started(sampleDashboard());
    const port = Number(new URL(before.url).port);
    const { page } = await open(`${before.url}/dashboard`);
    await page.locator("tr.row").first().waitFor();
    await before.close();
    await page.getByText("Reconnecting").waitFor();
    const shown = samplesOf(createRecorder(), {});
    shown.recorder.add(sampleNow, sampleRequests(5)());
    await started(shown, { port });
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(() => page.locator("tr.row").count()).toBe(1);
    expect(await page.locator("#requests strong").textContent()).toBe("1");
  }, 60_000);

  it("fed thousands of decisions stays small: rows are a sample, figures are whole", async () => {
    const shown = samplesOf(createRecorder(), {});
    const server = await started(shown);
    const { page, noises } = await open(`${server.url}/dashboard`);
    await page.getByText("No request has ended yet.", { exact: false }).waitFor();
    const next = sampleRequests(9);
    for (let burst = 0; burst < 40; burst += 1) {
      for (let count = 0; count < 100; count += 1) shown.recorder.add(sampleNow + burst, next());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await expect.poll(() => page.locator("#requests strong").textContent()).toBe("4,000");
    const rows = await page.locator("tr.row").count();
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThanOrEqual(40);
    expect(await page.locator("*").count()).toBeLessThan(2_500);
    expect(await page.locator("#decisions").textContent()).toMatch(/a sample: [\d,]+ more/);
    expect(noises).toEqual([]);
  }, 60_000);
});

function focusedLabel(): string | null {
  const { document } = globalThis as unknown as PageGlobals;
  return document.activeElement?.getAttribute("aria-label") ?? null;
}

interface PageGlobals {
  readonly owned?: unknown;
  readonly document: {
    readonly documentElement: { readonly scrollWidth: number };
    readonly activeElement: { getAttribute(name: string): string | null } | null;
  };
}
