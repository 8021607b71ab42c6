import { always } from "../../../policies/index.ts";
import type { Router, RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { errors } from "../../../src/loop/guards/errors.ts";
import { createRollout } from "../../../src/loop/rollout/create-rollout.ts";
import type { Rollout } from "../../../src/loop/rollout/rollout.ts";
import type { RolloutOptions } from "../../../src/loop/rollout/rollout-options.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { fakeModel } from "../../../src/testing/index.ts";

export type WorldId = "small" | "large";

/** A rollout from `large` to `small` over models in memory, with a clock and chances of its own. */
export interface RolloutWorld {
  readonly rollout: Rollout<WorldId>;
  readonly router: Router<WorldId>;
  readonly events: RouterEvent[];
  /** Sends one request of each of so many new sessions, a second apart, and judges every tenth time. */
  send(sessions: number): Promise<void>;
  /** Sends a request of a session and returns the arm that it is in; undefined if none. */
  armOf(session: string): Promise<string | undefined>;
  /** Moves both clocks. */
  tick(ms: number): void;
  /** Moves the time of day alone. */
  jump(ms: number): void;
  /** Makes this share of calls fail. */
  fail(model: WorldId, share: number): void;
}

export const salt = "0123456789abcdef-of-tests";

export function rolloutWorld(options: Partial<RolloutOptions<WorldId>> = {}, seed = 7): RolloutWorld {
  const random = seededRandom(seed);
  const failing: Record<WorldId, number> = { small: 0, large: 0 };
  let day = Date.UTC(2026, 0, 1);
  let monotonic = 0;
  const model = (name: WorldId) =>
    fakeModel({
      name,
      price: {
        usdPerMillionInputTokens: name === "small" ? 1 : 10,
        usdPerMillionOutputTokens: name === "small" ? 1 : 10,
      },
      answer() {
        if (random() < failing[name]) throw new Error("down");
        return "ok";
      },
    });
  const clock = () => day;
  const monotonicClock = () => monotonic;
  const rollout = createRollout<WorldId>({
    id: "small-for-all",
    salt,
    unit: "session",
    control: always("large"),
    candidate: always("small"),
    stages: [{ share: 0.1 }, { share: 0.5 }, { share: 1 }],
    holdOut: 0.05,
    guards: [errors({ margin: 0.05 })],
    unitMaxRequests: 1,
    clock,
    monotonicClock,
    random,
    ...options,
  });
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { small: model("small"), large: model("large") },
    policy: rollout.policy,
    execution: { retries: 0, fallback: false },
    clock,
    monotonicClock,
    random,
    onEvent: (event) => {
      events.push(event);
    },
  }) as Router<WorldId>;
  rollout.attach(router);
  let sessions = 0;
  const request = (session: string) => ({ session, messages: [{ role: "user" as const, content: "Hello" }] });
  return {
    rollout,
    router,
    events,
    async send(count) {
      for (let sent = 1; sent <= count; sent += 1) {
        sessions += 1;
        day += 1_000;
        monotonic += 1_000;
        await router.route(request(`s${seed}-${sessions}`)).catch(() => {});
        if (sent % 10 === 0) await rollout.judge();
      }
    },
    async armOf(session) {
      const decision = await router.decide(request(session));
      return decision.arms?.[0]?.arm;
    },
    tick(ms) {
      day += ms;
      monotonic += ms;
    },
    jump(ms) {
      day += ms;
    },
    fail(name, share) {
      failing[name] = share;
    },
  };
}
