import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Router } from "../../../src/index.ts";
import {
  authoriseByKeys,
  createKey,
  type ServeOptions,
  serve,
} from "../../../src/serve/http/server/index.ts";
import { clientSettings } from "../../../src/serve/page/client-settings.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { axeFindings, hasChromium, launch, openPage } from "../../support/dashboard/open-page.ts";
import { toldDashboard } from "../../support/dashboard/sample-dashboard.ts";
import { root } from "../../support/package-sources.ts";

async function started(options: ServeOptions = {}): Promise<string> {
  const price = { usdPerMillionInputTokens: 123.5, usdPerMillionOutputTokens: 4567 };
  const secret = fakeModel({ name: "secret-model", price });
  const router = createRouter({ models: { "our-large-one": secret }, policy: always("our-large-one") });
  const server = await serve(router as unknown as Router, { port: 0, ...options });
  onTestFinished(server.close);
  return server.url;
}

test("the page at / says how each client is pointed here, and tells strangers nothing of models, prices and keys", async () => {
  const { key, record } = createKey({ tenant: "acme" });
  const routes = { "our-route": "our-large-one" } as const;
  const url = await started({ authorise: authoriseByKeys([record]), routes, dashboard: toldDashboard() });
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  const text = await answer.text();
  for (const { client } of clientSettings("", "")) expect(text).toContain(client.replaceAll("'", "&#39;"));
  expect(text).toContain(`ANTHROPIC_BASE_URL=${url}\n`);
  expect(text).toContain('href="/dashboard"');
  expect(text).not.toMatch(
    new RegExp(`${key}|${record.hash}|acme|our-|secret-model|123|4567|<script|\\son\\w+=`),
  );
  expect(await (await fetch(await started())).text()).toContain("none is asked for");
});

test("the page is closed: no script, no frame, nothing from elsewhere, stored nowhere", async () => {
  const { headers } = await fetch(await started());
  expect(headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'$/,
  );
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  });
});

test.each([
  ["evil.example:1", "https", "https://evil.example:1"],
  ["[::1]:8787", "http", "http://[::1]:8787"],
  ["a b", "gopher", "http://localhost"],
  ["<script>alert(1)</script>", undefined, "http://localhost"],
  ["x'onload='y", undefined, "http://localhost"],
])("the address is the one that it was called by, if it is one: %s", async (host, proto, address) => {
  const url = new URL(await started());
  const { request } = await import("node:http");
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { host, ...(proto !== undefined && { "x-forwarded-proto": proto }) };
    request({ port: url.port, headers }, (answer) => {
      let all = "";
      answer.on("data", (part) => {
        all += part;
      });
      answer.on("end", () => resolve(all));
    })
      .on("error", reject)
      .end();
  });
  expect(text).toContain(`<dd>${address}</dd>`);
  expect(text).not.toMatch(/<script|alert|onload/);
});

test("the guide has the settings of the page", () => {
  const guide = readFileSync(`${root}docs/guides/clients.md`, "utf8");
  const lines = new Set(guide.split("\n").map((line) => line.trim()));
  for (const { client, lines: all, file } of clientSettings("http://127.0.0.1:8787", "<key>")) {
    expect(guide).toContain(client);
    if (file !== undefined) expect(guide).toContain(`\`${file}\``);
    for (const line of all) if (line !== "") expect(lines).toContain(line.trim());
  }
});

test.skipIf(!hasChromium)(
  "it shows in Chromium without a complaint, wide and narrow, light and dark",
  async () => {
    const url = await started({ dashboard: toldDashboard() });
    const browser = await launch();
    onTestFinished(() => browser.close());
    for (const width of [1280, 390])
      for (const colorScheme of ["light", "dark"] as const) {
        const { page, noises } = await openPage(browser, url, {
          viewport: { width, height: 860 },
          colorScheme,
        });
        expect(await page.locator("pre").count()).toBe(clientSettings("", "").length);
        // Nothing is cut: long lines are broken.
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(
          0,
        );
        expect([width, colorScheme, await axeFindings(page), noises]).toEqual([width, colorScheme, [], []]);
        await page.context().close();
      }
  },
);
