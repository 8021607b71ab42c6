/**
 * The router of a container: two models of OpenAI, and a daily budget for each tenant that its processes share through Redis.
 * Needs REDIS_URL and OPENAI_API_KEY.
 */
import { Redis } from "ioredis";
import { createRouter } from "switchpoint";
import { fleet, redisStore } from "switchpoint/fleet";
import { threshold } from "switchpoint/policies";
import { openai } from "switchpoint/providers/openai";

const { REDIS_URL } = process.env;

const client = new Redis(REDIS_URL);
const router = createRouter({
  models: { small: openai("gpt-5.4-mini"), large: openai("gpt-5.5") },
  policy: threshold({ small: "small", large: "large", largeShare: 0.3 }),
  budgets: [{ limitUsd: 20, period: "day", per: "tenant" }],
  shared: fleet({ store: redisStore({ client }), namespace: "router" }),
});
// A reload (SIGHUP) closes the router that it replaces, and with it what that one has opened.
const { close } = router;
router.close = async () => {
  await close.call(router);
  client.disconnect();
};
export default router;
