// Sends requests through a router with shared rates: rated-process.ts PORT strict|leased SKEW
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { always } from "../../policies/always.ts";
import { fleet, redisStore } from "../../src/fleet/index.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { perTenant, ratedTenants } from "./rated.ts";

const [port = "", mode = "", skewMs = "0"] = process.argv.slice(2);
const client = new Redis({ port: Number(port), retryStrategy: () => 20, maxRetriesPerRequest: null });
const begun: [number, string][] = [];
const fake = fakeModel({ model: "small" });
const router = createRouter({
  models: {
    small: {
      ...fake,
      async generate(request, options) {
        begun.push([Date.now(), String(request.user)]);
        return fake.generate(request, options);
      },
    },
  },
  policy: always("small"),
  // Its clock is wrong, as a machine's may be.
  clock: () => Date.now() + Number(skewMs),
  shared: fleet({ store: redisStore({ client }), mode: mode as "strict" | "leased", timeoutMs: 10_000 }),
  execution: { limits: { tenant: { requestsPerMinute: perTenant } }, retries: 0, retryAfterCapMs: 0 },
});
await Promise.all(
  Array.from({ length: 8 }, async (_, at) => {
    const tenant = ratedTenants[at % ratedTenants.length] as string;
    const messages = [{ role: "user" as const, content: "Hello" }];
    for (let refused = 0; refused < 10; ) {
      const error: unknown = await router.route({ tenant, user: tenant, messages }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      refused = error === undefined ? 0 : refused + 1;
      if (error !== undefined) await sleep(5);
    }
  }),
);
await router.close();
process.stdout.write(JSON.stringify(begun), () => process.exit(0));
