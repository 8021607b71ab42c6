import { Redis } from "ioredis";
import { always } from "../../../policies/index.ts";
import { fleet, redisStore } from "../../../src/fleet/index.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

// A process of a fleet. Each message `{ session, model? }` is a request; it answers what was decided.
const client = new Redis({ port: Number(process.argv[2]), host: "127.0.0.1", maxRetriesPerRequest: null });
const router = createRouter({
  models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
  policy: always("small"),
  shared: fleet({ store: redisStore({ client }), timeoutMs: 5_000, sessionTrustMs: 0 }),
});
process.on("message", ({ session, model }: { session: string; model?: "small" | "large" }) => {
  void router
    .route({ messages: [{ role: "user", content: "Hi" }], session, tenant: "t", model })
    .then(({ decision }) =>
      process.send?.({ session: decision.session, sessionUnknown: decision.sessionUnknown }),
    );
});
