// CPU that each listener adds to a request, next to none and an empty one, alternating in one process: µs a request, and
// the ratio to none. `node test/bench/telemetry.mjs`.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { threshold } from "../../dist/policies/index.js";
import { createRouter, decisionLog } from "../../dist/src/index.js";
import { dashboard, otel, prometheus } from "../../dist/src/serve/index.js";
import { fakeModel } from "../../dist/src/testing/index.js";

const folder = await mkdtemp(join(tmpdir(), "switchpoint-bench-"));
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
const make = async (attach) => {
  const r = createRouter({
    models: {
      small: { ...fakeModel({ model: "small" }), price },
      large: { ...fakeModel({ model: "large" }), price },
    },
    policy: threshold({ small: "small", large: "large", at: 0.7 }),
  });
  await attach(r);
  return r;
};
const rotate = { maxBytes: 10_000_000, keepFiles: 2 };
const kinds = {
  none: () => {},
  "empty listener": (r) => r.observe(() => {}),
  prometheus: (r) => prometheus(r, { reference: "large" }),
  "otel without SDK": (r) => otel(r),
  dashboard: (r) => dashboard(r),
  log: (r) => r.observe(decisionLog({ file: "/dev/null" })),
  "log, rotated": (r) => r.observe(decisionLog({ file: join(folder, "decisions.jsonl"), rotate })),
};
const routers = await Promise.all(Object.entries(kinds).map(async ([n, a]) => [n, await make(a), []]));
for (let round = 0; round < 12; round++)
  for (const [, r, times] of routers) {
    const c = process.cpuUsage();
    for (let i = 0; i < 2000; i++) {
      await r.route("Write a short poem about a cat.");
      // As from sockets: the event loop turns, and what waits is written.
      if (i % 10 === 0) await new Promise(setImmediate);
    }
    const d = process.cpuUsage(c);
    if (round > 2) times.push((d.user + d.system) / 2000);
  }
const med = (a) => a.sort((x, y) => x - y)[a.length >> 1];
const base = med(routers[0][2]);
for (const [n, , t] of routers) {
  const m = med(t);
  console.log(n.padEnd(20), m.toFixed(1), `+${(m - base).toFixed(1)}`, `${(m / base).toFixed(2)} x`);
}
await Promise.all(routers.map(([, r]) => r.close()));
await rm(folder, { recursive: true });
process.exit(0);
