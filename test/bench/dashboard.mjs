// A page that is fed 1,000 decisions a second, next to one that is fed none, in Chromium: time between frames of the screen,
// long tasks, elements and memory. Needs Chromium (CHROMIUM_PATH).

import { setTimeout as wait } from "node:timers/promises";
import { chromium } from "playwright-core";
import { threshold } from "../../dist/policies/index.js";
import { createRouter } from "../../dist/src/index.js";
import { dashboard, serve } from "../../dist/src/serve/index.js";
import { fakeModel } from "../../dist/src/testing/index.js";

const seconds = 15;
const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

/** Runs in the page. */
const observe = async (ms) => {
  const long = [];
  new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({
    entryTypes: ["longtask"],
  });
  const gaps = [];
  let last = performance.now();
  const end = last + ms;
  await new Promise((resolve) => {
    const tick = (at) => {
      gaps.push(at - last);
      last = at;
      if (at < end) requestAnimationFrame(tick);
      else resolve();
    };
    requestAnimationFrame(tick);
  });
  gaps.sort((a, b) => a - b);
  return {
    p50: gaps[gaps.length >> 1],
    p99: gaps[Math.floor(gaps.length * 0.99)],
    max: gaps.at(-1),
    long: long.length,
    longest: Math.max(0, ...long),
    elements: document.querySelectorAll("*").length,
  };
};

for (const perSecond of [0, 1_000, 0, 1_000]) {
  const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
  const models = { small: fakeModel({ model: "small", price }), large: fakeModel({ model: "large", price }) };
  const router = createRouter({ models, policy: threshold({ small: "small", large: "large", at: 0.7 }) });
  const server = await serve(router, { port: 0, dashboard: dashboard(router) });
  for (let count = 0; count < 100; count += 1) await router.route(`prompt ${count}`);
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(`${server.url}/dashboard`);
  await page.waitForSelector("tr.row");
  const observing = page.evaluate(observe, seconds * 1_000);
  const begin = performance.now();
  let sent = 0;
  while (performance.now() - begin < seconds * 1_000) {
    const due = ((performance.now() - begin) / 1_000) * perSecond;
    for (; sent < due; sent += 1) await router.route(`prompt ${sent}`);
    await wait(5);
  }
  const { p50, p99, max, long, longest, elements } = await observing;
  const ms = (value) => `${value.toFixed(0)} ms`;
  console.log(
    `${sent / seconds} a second: frames p50 ${ms(p50)}, p99 ${ms(p99)}, longest ${ms(max)}; ${long} long tasks, longest ${ms(longest)}; ${elements} elements`,
  );
  await page.close();
  await server.close();
  await router.close();
}
await browser.close();
