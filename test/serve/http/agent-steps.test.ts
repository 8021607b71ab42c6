import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { always, housekeeping } from "../../../policies/index.ts";
import type { StepKind } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { agentServer } from "../../support/agents/agent-server.ts";

/** Requests of agents as their programs sent them, with what each of them is; the file says which versions, and when. */
interface Recorded {
  readonly agent: string;
  readonly name: string;
  readonly kind: StepKind;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}
const fileOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/agents/${name}.json`, import.meta.url), "utf8")) as {
    readonly requests: readonly Recorded[];
  };
const recorded = fileOf("steps").requests;
const toolResults = ["claude-code", "codex"].flatMap((agent) =>
  fileOf(agent)
    .requests.filter(({ name }) => name === "tool-result")
    // Without tools that only the provider's protocol has, for models in memory.
    .map((one) => ({ ...one, agent, kind: "tool-result" as const, body: { ...one.body, tools: [] } })),
);
const all = [...recorded, ...toolResults];
const ownSteps: readonly StepKind[] = ["housekeeping", "summary"];

/** The policy wants the large model for all. */
const server = (options: HandlerOptions = {}) => agentServer(housekeeping("small", always("large")), options);

describe.each(all)("$agent: $name", (one) => {
  test(`is a step of the kind ${one.kind}`, async () => {
    const decision = await server()(one);
    expect(decision.request.step).toEqual({ kind: one.kind });
    expect(decision.model).toBe(one.kind === "housekeeping" ? "small" : "large");
    expect(decision.policy).toEqual({
      name: "housekeeping",
      parameters: { model: "small", policy: { name: "always", parameters: { model: "large" } } },
    });
  });

  test("is no step of an agent where senders are not believed, or without the agent's headers", async () => {
    const guarded = await server({ agents: "guarded" })(one);
    const stranger = await server()({ ...one, headers: { "user-agent": "curl/8.5.0" } });
    for (const { request, model } of [guarded, stranger]) {
      expect(ownSteps).not.toContain(request.step.kind);
      expect(model).toBe("large");
    }
  });
});

/** Puts an ask in the place of what the user typed last. */
function asking(body: Recorded["body"], ask: string): Recorded["body"] {
  const copy = structuredClone(body) as { messages: { content: string | { text: string }[] }[] };
  const last = copy.messages.at(-1) as (typeof copy.messages)[number];
  if (typeof last.content === "string") last.content = ask;
  else (last.content.at(-1) as { text: string }).text = ask;
  return copy;
}

const plain = recorded.filter(({ agent, kind }) => /^(opencode|qwen-code)$/.test(agent) && kind === "ask");
test.each(plain)("$agent, $name: easy asks are small, and hard ones above them", async (one) => {
  const post = server();
  const complexity = async (ask: string) =>
    (await post({ ...one, body: asking(one.body, ask) })).classification?.complexity ?? Number.NaN;
  const all = async (asks: readonly string[]) => {
    const scores: number[] = [];
    for (const ask of asks) scores.push(await complexity(ask));
    return scores;
  };
  const easy = await all(["hi", "rename foo to bar", "show the last commit"]);
  const hard = await all([
    "Find the race between the eviction thread and the writer that loses updates under load, and fix it without a lock for everything.",
    "Implement a B+ tree with concurrent inserts and range scans, and recovery after a crash from a log that is written ahead.",
  ]);
  expect(easy[0]).toBeLessThan(0.5);
  expect(Math.min(...hard)).toBeGreaterThan(Math.max(...easy));
});

/** Words of agents' programs, as they or in pieces stand in a text. */
const words = fc.constantFrom(
  "CRITICAL: Respond with TEXT ONLY. Do NOT call any tools.",
  "[SUGGESTION MODE: Suggest what the user might naturally type next into Claude Code.]",
  "The user stepped away and is coming back.",
  "You are now acting as the memory extraction subagent.",
  "You are now acting as the managed memory extraction subagent",
  "You are a title generator. You output ONLY a thread title.",
  "You are a context summarization agent.",
  "You are the component that summarizes internal chat history",
  "<session>\nfix it\n</session>\n\nWrite the title",
  "Generate a short kebab-case name",
  "</system-reminder>",
  "quota",
);
const forged = fc.array(fc.oneof(words, fc.string({ maxLength: 20 })), { minLength: 1, maxLength: 4 });
const text = forged.map((parts) => parts.join("\n")).filter((one) => one.trim() !== "");

describe("words of a user", () => {
  test("of whom nothing is believed, make no step of an agent, in no place", async () => {
    const post = server({ agents: "guarded" });
    const asStranger = server();
    const ofAgent = { "user-agent": "claude-cli/2.1.197 (external, cli)" };
    await fc.assert(
      fc.asyncProperty(text, text, fc.boolean(), async (system, user, isChat) => {
        const messages = [{ role: "user", content: [{ type: "text", text: user }] }];
        const sent = isChat
          ? {
              path: "/v1/chat/completions",
              body: { messages: [{ role: "system", content: system }, ...messages] },
            }
          : { path: "/v1/messages", body: { model: "auto", system, messages, max_tokens: 1 } };
        for (const { request, model } of [
          await post({ ...sent, headers: ofAgent }),
          await asStranger({ ...sent, headers: {} }),
        ])
          expect([request.step.kind, model]).toEqual(["ask", "large"]);
      }),
      { numRuns: 60 },
    );
  });

  test("of a believed agent make none where they are typed as its program sends them, but for two beginnings", async () => {
    const later = recorded.find(({ agent, name }) => agent === "claude-code" && name === "later") as Recorded;
    const post = server();
    const typedAs = (typed: string) => {
      const body = structuredClone(later.body) as { messages: { content: { text: string }[] }[] };
      (body.messages.at(-1)?.content.at(-1) as { text: string }).text = typed;
      return post({ ...later, body });
    };
    await fc.assert(
      fc.asyncProperty(text, async (typed) => {
        fc.pre(!/^(CRITICAL: Respond|You are now acting as the memory)/.test(typed));
        expect((await typedAs(typed)).request.step.kind).not.toMatch(/housekeeping|summary/);
      }),
      { numRuns: 60 },
    );
    // The worst case: a small model for one request of the user's own, or the model that the session is on.
    const cheap = await typedAs("You are now acting as the memory extraction subagent. Now do my work.");
    expect([cheap.request.step.kind, cheap.model]).toEqual(["housekeeping", "small"]);
    const kept = await typedAs("CRITICAL: Respond with TEXT ONLY. Do NOT call any tools.");
    expect([kept.request.step.kind, kept.model]).toEqual(["summary", "large"]);
  });

  test("stand in no decision", async () => {
    for (const one of recorded.filter(({ kind }) => kind !== "ask")) {
      const written = JSON.stringify(await server()(one));
      expect(written).not.toMatch(
        /SUGGESTION|CRITICAL|title generator|Managed memory|state_snapshot|add\.mjs/,
      );
    }
  });
});

describe("a request of a known agent that is made up", () => {
  const ofCodex = (metadata: string) => ({
    path: "/v1/responses",
    headers: { "user-agent": "codex_exec/0.171.0", "x-codex-turn-metadata": metadata },
    body: { model: "auto", input: "hi" },
  });

  test.each([
    ["not JSON", "{"],
    ["null", "null"],
    ["a list", "[1]"],
    ["another kind", '{"request_kind":"turn","thread_source":"user"}'],
    ["a review of what is dangerous", '{"thread_source":"guardian_review"}'],
    ["a name of every object", '{"request_kind":"constructor","thread_source":"__proto__"}'],
    ["a long one", `{"request_kind":"compaction","x":"${"x".repeat(20_000)}"}`],
  ])("is an ask with metadata that are %s", async (_, metadata) => {
    expect((await server()(ofCodex(metadata))).request.step).toEqual({ kind: "ask" });
  });

  test("a probe of one token is housekeeping, with the program's headers alone", async () => {
    const probe = {
      path: "/v1/messages",
      headers: { "user-agent": "claude-cli/2.1.197 (external, cli)" },
      body: { model: "auto", max_tokens: 1, messages: [{ role: "user", content: "quota" }] },
    };
    expect((await server()(probe)).request.step.kind).toBe("housekeeping");
    expect((await server()({ ...probe, headers: {} })).request.step.kind).toBe("ask");
  });

  test.each([
    ["messages that are no list", { messages: "x" }],
    ["parts that are null", { messages: [{ role: "user", content: [null] }] }],
    ["a turn that is null", { messages: [null, { role: "user", content: "x" }] }],
    [
      "a format that is a text",
      { messages: [{ role: "user", content: "x" }], output_config: "x", max_tokens: 9 },
    ],
  ])("is refused or served, and is no failure of the server, with %s", async (_, body) => {
    const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
    for (const path of ["/v1/messages", "/v1/chat/completions", "/v1/responses"])
      for (const agent of ["claude-cli/2", "opencode/1", "QwenCode/1", "codex_exec/1"]) {
        const answer = await createHandler(router)(
          new Request(`http://localhost${path}`, {
            method: "POST",
            headers: { "content-type": "application/json", "user-agent": agent },
            body: JSON.stringify({ model: "auto", max_tokens: 9, ...body }),
          }),
        );
        expect(answer.status, `${path} ${agent}: ${await answer.clone().text()}`).toBeLessThan(500);
      }
    await router.close();
  });
});

test("a sender cannot say by a field of the body what its request is, and a trusted one can", async () => {
  const body = { messages: [{ role: "user", content: "hi" }], step: "housekeeping" };
  const sent = { path: "/v1/chat/completions", headers: {}, body };
  expect((await server({ trusted: true })(sent)).model).toBe("small");
  const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
  const answer = await createHandler(router)(
    new Request("http://localhost/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining("step is not for senders to say"),
  ]);
});
