import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { always, cascade, threshold } from "../../../policies/index.ts";
import type { Classifier, Model } from "../../../src/contracts/index.ts";
import { createRouter, decisionLog, ProviderError, type RouterEvent } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { numRuns } from "../../support/runs.ts";

const question = { messages: [{ role: "user" as const, content: "?" }] };
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
type Behaviour = "answers" | "fails" | "hangs" | "breaks off";

/** A model that fails, hangs until it is aborted, or breaks a stream off. */
function model(name: string, behaviour: Behaviour): Model {
  const fake: Model = { ...fakeModel({ model: name, answer: "one two three four" }), price };
  const failure = new ProviderError({ kind: "server", model: `fake:${name}` });
  const hang = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  return {
    ...fake,
    async generate(request, options) {
      if (behaviour === "fails") throw failure;
      if (behaviour === "hangs") return hang(options.signal);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return fake.generate(request, options);
    },
    async *stream(request, options) {
      if (behaviour === "fails") throw failure;
      if (behaviour === "hangs") await hang(options.signal);
      let chunks = 0;
      for await (const chunk of fake.stream(request, options)) {
        yield chunk;
        chunks += 1;
        if (behaviour === "breaks off" && chunks === 2) throw failure;
      }
    },
  };
}

const behaviour = fc.constantFrom<Behaviour>("answers", "fails", "hangs", "breaks off");
const scenario = fc.record({
  small: behaviour,
  large: behaviour,
  judge: behaviour,
  policy: fc.constantFrom("cascade", "threshold", "always"),
  way: fc.constantFrom("route", "stream", "stream and leave", "decide", "never read"),
  classifies: fc.constantFrom("waits", "drops", "twice"),
  check: fc.constantFrom("waits", "drops"),
  abortMs: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
  deadlineMs: fc.option(fc.integer({ min: 5, max: 15 }), { nil: undefined }),
  hedges: fc.boolean(),
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-attempts-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("every call of a model", () => {
  it("is told once, and is in the log, whatever becomes of its request", async () => {
    let runsDone = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        runsDone += 1;
        const file = join(folder, `${runsDone}.jsonl`);
        const log = decisionLog({ file });
        const events: RouterEvent[] = [];
        const started: string[] = [];
        const judge = model("judge", given.judge);
        const classifier: Classifier = {
          name: "asking",
          version: "1",
          async classify(_, hop) {
            const asked = hop.generate(judge, question);
            if (given.classifies === "twice") await Promise.all([asked, hop.generate(judge, question)]);
            else if (given.classifies === "waits") await asked;
            return { complexity: 0.1 };
          },
        };
        const unless = {
          name: "asking",
          accepts: async (_: unknown, __: unknown, hop: Parameters<Classifier["classify"]>[1]) => {
            const asked = hop.generate(judge, question);
            if (given.check === "waits") await asked;
            return false;
          },
        };
        const policy =
          given.policy === "always"
            ? always("small")
            : given.policy === "threshold"
              ? threshold({ small: "small", large: "large", at: 0.5 })
              : cascade({ first: "small", unless, then: "large" });
        const router = createRouter({
          models: { small: model("small", given.small), large: model("large", given.large) },
          policy,
          classifier,
          classifierTimeoutMs: 4,
          execution: {
            backoffBaseMs: 0,
            checkTimeoutMs: 4,
            attemptTimeoutMs: 10,
            firstTokenTimeoutMs: 10,
            retries: 1,
            ...(given.hedges ? { hedge: { afterMs: 1 } } : {}),
          },
          onEvent: log,
        });
        router.observe((event) => {
          events.push(event);
          if (event.type === "attempt-started") started.push(event.model);
        });
        const controller = new AbortController();
        const { signal } = controller;
        if (given.abortMs !== undefined) setTimeout(() => controller.abort(), given.abortMs);
        const request = { ...question, deadlineMs: given.deadlineMs, tenant: "acme" };
        try {
          if (given.way === "route") await router.route(request, { signal });
          else if (given.way === "decide") await router.decide(request, { signal });
          else {
            const stream = router.stream(request, { signal });
            if (given.way === "never read") {
              await stream.decision;
              // close() does not wait for requests under way: those that their deadline ends are let end first.
              const endsMs = Math.max(given.abortMs ?? 0, given.deadlineMs ?? 0);
              await new Promise((resolve) => setTimeout(resolve, endsMs + 3));
            } else for await (const _ of stream) if (given.way === "stream and leave") break;
          }
        } catch {
          // Failures are part of the scenario.
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
        await router.close();

        const told = events.flatMap((event) => (event.type === "attempt-ended" ? [event] : []));
        const ids = told.map(({ attempt }) => attempt.id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.length).toBe(started.length);
        const listed = events.flatMap((event) =>
          event.type === "request-completed" || event.type === "request-failed"
            ? event.attempts.map(({ id }) => id)
            : [],
        );
        const ended = events.some(({ type }) => type === "request-completed" || type === "request-failed");
        const unlisted = told.filter((event) => event.unlisted).map(({ attempt }) => attempt.id);
        if (ended) expect([...listed, ...unlisted].sort()).toEqual([...ids].sort());
        for (const { tenant } of told) expect(tenant).toBe("acme");
        const text = await readFile(file, "utf8").catch(() => "");
        const logged = text
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line))
          .flatMap((line) =>
            "attempt" in line ? [line.attempt.id] : line.attempts.map((one: { id: string }) => one.id),
          );
        // A call that ended just before its request may be there twice: readers use its id.
        expect([...new Set(logged)].sort()).toEqual([...ids].sort());
        expect(log.dropped).toBe(0);
      }),
      numRuns(500),
    );
  }, 120_000);

  it("of a classifier is in the log when the request was only decided", async () => {
    const file = join(folder, "decided.jsonl");
    const router = createRouter({
      models: { small: model("small", "answers"), large: model("large", "answers") },
      policy: threshold({ small: "small", large: "large", at: 0.5 }),
      classifier: {
        name: "asking",
        version: "1",
        async classify(_, hop) {
          await hop.generate(model("judge", "answers"), question);
          return { complexity: 0.9 };
        },
      },
      onEvent: decisionLog({ file }),
    });
    const { id } = await router.decide({ ...question, tenant: "acme" });
    await router.close();
    const lines = (await readFile(file, "utf8")).split("\n").slice(0, -1);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { decisionId: id, tenant: "acme", attempt: { hop: "classify", name: "fake:judge" } },
    ]);
  });
});
