import { Redis } from "ioredis";
import { always } from "../../../policies/index.ts";
import { redisStore } from "../../../src/fleet/store/redis.ts";
import { sqliteStore } from "../../../src/fleet/store/sqlite.ts";
import { createRouter } from "../../../src/index.ts";
import { errors } from "../../../src/loop/guards/errors.ts";
import { createRollout } from "../../../src/loop/rollout/create-rollout.ts";
import { fakeModel } from "../../../src/testing/index.ts";

// A process of a fleet that runs one rollout. A message is `{ call, sessions? }`; it answers each with what it found.
const [kind, place = ""] = process.argv.slice(2);
const store =
  kind === "redis"
    ? redisStore({
        client: connect(Number(place)),
      })
    : await sqliteStore({ file: place, busyTimeoutMs: 20_000 });
const rollout = createRollout({
  id: "fleet",
  salt: "the same in all processes",
  unit: "session",
  control: always("large"),
  candidate: always("small"),
  stages: [{ share: 0.25 }, { share: 0.5 }],
  guards: [errors({ margin: 0.05 })],
  // A person moves it.
  minUnitsAtStage: 1_000_000,
  unitMaxRequests: 1,
  judgeMs: 300,
  pollMs: 300,
  store,
});
const router = createRouter({
  models: { small: fakeModel({ name: "small" }), large: fakeModel({ name: "large" }) },
  policy: rollout.policy,
});
rollout.attach(router);
await rollout.ready();
process.send?.("ready");

interface Message {
  readonly call: "send" | "judge" | "status" | "stage" | "advance";
  readonly sessions?: readonly string[];
}

async function answerTo({ call, sessions = [] }: Message): Promise<unknown> {
  if (call === "judge") return rollout.judge();
  if (call === "status") return rollout.status();
  if (call === "advance") return rollout.advance("alice");
  // As requests see it: nothing asks the store.
  if (call === "stage")
    return (await router.decide({ session: "x", messages: [{ role: "user", content: "Hi" }] })).inputs;
  const arms: Record<string, string> = {};
  for (const session of sessions) {
    const { decision } = await router.route({ session, messages: [{ role: "user", content: "Hello" }] });
    arms[session] = `${decision.arms?.[0]?.arm} ${decision.model}`;
  }
  return arms;
}

process.on("message", (message: Message) => {
  void answerTo(message).then((answer) => process.send?.({ answer: answer ?? null }));
});

function connect(port: number): Redis {
  const client = new Redis({ port, host: "127.0.0.1", maxRetriesPerRequest: null });
  client.on("error", () => {});
  return client;
}
