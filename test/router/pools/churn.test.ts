import { describe, expect, it, onTestFinished, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type DiscoveredEndpoint, pool } from "../../../src/router/pools/index.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";
import { type FakeEngine, serveFakeEngine, smallProfile } from "../../../src/testing/index.ts";
import { handDiscovery } from "../../support/pools/hand.ts";

/** Starts an engine with four slots and a short queue: a burst is refused by some of them. */
async function engine(): Promise<FakeEngine> {
  const profile = { ...smallProfile, stepMs: 2, maxQueuedRequests: 4 };
  const one = await serveFakeEngine({ model: "qwen", profile, answerTokens: 5 });
  onTestFinished(one.close);
  return one;
}

/** A router over engines that come and go, and requests that run all the time. */
async function world(count: number) {
  const engines = await Promise.all(Array.from({ length: count }, engine));
  const hand = handDiscovery();
  hand.set(...engines.map(({ url }) => url));
  const as = ({ url }: DiscoveredEndpoint) => vllm("qwen", { baseUrl: url, apiKey: "none" });
  const own = pool("own", { discover: hand, as }, { load: { everyMs: 20 }, maxWaitMs: 5_000 });
  const router = createRouter({
    models: { own },
    policy: always("own"),
    // Of three members one may sleep and one be slow, while twelve clients fill the third: there is much to try again.
    execution: { backoffBaseMs: 5, backoffCapMs: 50, retries: 10, retryBudget: { ratio: 1 } },
  });
  onTestFinished(() => router.close());
  const done = { answered: 0, errors: [] as unknown[], met: new Set<string | undefined>() };
  let isOver = false;
  const work = async (send: (text: string) => Promise<string>) => {
    for (let turn = 0; !isOver; turn += 1)
      try {
        expect(await send(`Hello ${turn}`)).toContain("tok");
        done.answered += 1;
      } catch (error) {
        done.errors.push(error);
        isOver = true;
      }
  };
  const sending = [
    ...Array.from({ length: 12 }, () =>
      work(async (text) => {
        const { text: answer, attempts } = await router.route(text);
        for (const { error } of attempts) done.met.add(error?.kind);
        return answer;
      }),
    ),
  ];
  const streaming = async (text: string) => (await collected(router.stream(text))) || "nothing";
  /** Waits until so many more requests were answered. */
  const more = async (answers: number) => {
    const from = done.answered;
    await vi.waitFor(() => expect(done.errors.length > 0 || done.answered > from + answers).toBe(true), {
      timeout: 10_000,
    });
  };
  const end = async () => {
    isOver = true;
    await Promise.all(sending);
    expect(done.errors).toEqual([]);
    const members = own.members?.() ?? [];
    expect(members.map(({ inFlight }) => inFlight)).toEqual(members.map(() => 0));
  };
  const stream = (number: number) => {
    for (let at = 0; at < number; at += 1) sending.push(work(streaming));
  };
  return { engines, hand, own, router, more, end, stream, met: done.met };
}

async function collected(chunks: AsyncIterable<{ choices: readonly { delta: { content?: unknown } }[] }>) {
  let text = "";
  for await (const { choices } of chunks) text += choices[0]?.delta.content ?? "";
  return text;
}

describe("endpoints that come and go in mid-run", () => {
  it("lose no request: killed, slowed, added, drained, and back again", async () => {
    const { engines, hand, own, more, end, met } = await world(4);
    const [killed, slowed, drained, kept] = engines as [FakeEngine, FakeEngine, FakeEngine, FakeEngine];
    await more(25);
    slowed.core.slowDown(20, slowed.now());
    await more(25);
    // It is killed before anyone hears of it.
    await killed.close();
    await more(25);
    const added = await engine();
    const rest = [slowed.url, kept.url, added.url];
    hand.set(...rest, { url: drained.url, state: "draining" });
    await vi.waitFor(() => expect(own.members?.()).toHaveLength(4));
    const before = drained.requests.length;
    await vi.waitFor(() => expect(drained.core.running + drained.core.waiting).toBe(0));
    await more(25);
    // Calls that were on their way when it began to drain are few; none is new.
    expect(drained.requests.length - before).toBeLessThanOrEqual(12);
    const after = drained.requests.length;
    await more(15);
    expect(drained.requests.length).toBe(after);
    expect(added.requests.length).toBeGreaterThan(0);
    await drained.close();
    hand.set(...rest);
    kept.core.restart(kept.now());
    await more(25);
    // It sleeps: it refuses, which is not a failure.
    kept.core.sleep(kept.now());
    await more(25);
    kept.core.wakeUp();
    hand.set(added.url, kept.url);
    await more(25);
    await end();
    // It was not for want of trouble.
    for (const kind of ["connection", "saturated"]) expect(met).toContain(kind);
  });

  it("lose no stream that drains, or whose server answers busy", async () => {
    const { engines, hand, more, end, stream } = await world(3);
    const [a, b, c] = engines as [FakeEngine, FakeEngine, FakeEngine];
    stream(12);
    await more(25);
    for (const left of [[a, b], [b, c], [c], [a, b, c], [a]]) {
      hand.set(
        ...engines.map(({ url }) => ({
          url,
          state: left.some((one) => one.url === url) ? ("ready" as const) : ("draining" as const),
        })),
      );
      await more(15);
      hand.set(...left.map(({ url }) => url));
      await more(15);
    }
    await end();
  });
});
