// A process of a fleet: following-process.ts PORT. Prints the release of a decision when it changes.
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { always } from "../../policies/always.ts";
import { threshold } from "../../policies/threshold.ts";
import { redisStore } from "../../src/fleet/store/redis.ts";
import { followRelease } from "../../src/loop/release/follow-release.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { fakeModel } from "../../src/testing/fake-model.ts";
import { followedReleases } from "./followed-releases.ts";

const store = redisStore({
  client: new Redis({ port: Number(process.argv[2]), maxRetriesPerRequest: null }),
});
const router = createRouter({
  models: { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) },
  policy: threshold({ small: "small", large: "large", at: 0.5 }),
});
followRelease({ router, store, releases: followedReleases(always, threshold) });
let last: string | undefined;
// Until it is killed: the timers of a follower keep no process alive.
for (;;) {
  const { release = "none", model, policy } = await router.decide("hello");
  if (release !== last)
    process.stdout.write(`${JSON.stringify({ release, model, policy, at: Date.now() })}\n`);
  last = release;
  await sleep(20);
}
