import assert from "node:assert/strict";
import { fromServer } from "../../../src/router/providers/engines/index.ts";
import { ask, type EngineCase, question } from "../engine-case.ts";

/** Ordinary calls. */
export const callCases: readonly EngineCase[] = [
  {
    name: "says what it is: model, window, slots, tools",
    async run({ model, shared }) {
      const described = await fromServer(model());
      const { models, slots, capabilities } = await described.describe();
      assert.ok(models.some(({ id }) => id === shared.model));
      assert.equal(described.contextWindow, shared.setup.window ?? described.contextWindow);
      assert.ok((described.contextWindow ?? 0) > 0);
      assert.equal(await described.health?.(), true);
      return `window ${described.contextWindow}, slots ${slots ?? "not told"}, tools ${capabilities?.tools ?? "not told"}`;
    },
  },
  {
    name: "answers whole, with usage, and stops at the limit",
    async run({ model, router }) {
      const { text, usage, completion } = await router({ own: model() }).route({
        messages: ask(),
        max_tokens: 12,
      });
      assert.ok(text.length > 0);
      assert.ok(usage.inputTokens > 0);
      assert.ok(usage.outputTokens > 0 && usage.outputTokens <= 12);
      assert.match(completion.choices[0]?.finish_reason ?? "", /^(length|stop)$/);
      return undefined;
    },
  },
  {
    name: "what its chat template adds is expected from the second call on",
    async run({ model, router }) {
      const own = router({ own: model() });
      const expected = async (text: string): Promise<number> => {
        const { candidates } = await own.decide({ messages: ask(text) });
        return candidates[0]?.estimatedInputTokens ?? Number.NaN;
      };
      const other = "Where are the ships?";
      const [before, plain] = [await expected(question), await expected(other)];
      const { usage } = await own.route({ messages: ask(), max_tokens: 1 });
      assert.equal(await expected(question), usage.inputTokens);
      const seen = await expected(other);
      const { usage: read } = await own.route({ messages: ask(other), max_tokens: 1 });
      const figures = `${before} expected, ${usage.inputTokens} read; of another question ${plain}, then ${seen} expected, ${read.inputTokens} read`;
      // How the tokeniser cuts the question itself is another matter.
      assert.ok(Math.abs(seen - read.inputTokens) < Math.abs(plain - read.inputTokens) / 2, figures);
      return figures;
    },
  },
  {
    name: "answers in pieces, with an end and usage",
    async run({ model, router }) {
      const stream = router({ own: model() }).stream({ messages: ask(), max_tokens: 12 });
      let pieces = 0;
      let finish: string | null | undefined;
      for await (const { choices } of stream) {
        if (choices[0]?.delta.content) pieces += 1;
        finish = choices[0]?.finish_reason ?? finish;
      }
      const { usage } = await stream.result;
      assert.ok(pieces > 1, `${pieces} pieces`);
      assert.match(finish ?? "", /^(length|stop)$/);
      assert.ok(usage.outputTokens > 0 && usage.outputTokens <= 12);
      return `${pieces} pieces`;
    },
  },
  {
    name: "a stop word ends the answer before it",
    async run({ model, router }) {
      const own = router({ own: model() });
      const request = { messages: ask(), max_tokens: 60, seed: 11, temperature: 0 };
      const { text } = await own.route(request);
      const stop = text.slice(8, 12);
      const cut = await own.route({ ...request, stop: [stop] });
      assert.ok(!cut.text.includes(stop), cut.text);
      assert.equal(cut.completion.choices[0]?.finish_reason, "stop");
      assert.ok(text.startsWith(cut.text));
      return undefined;
    },
  },
  {
    name: "equal seeds give equal text, others another",
    async run({ model, router }) {
      const own = router({ own: model() });
      const request = { messages: ask(), max_tokens: 40, temperature: 1 };
      const texts: string[] = [];
      for (const seed of [5, 5, 6]) texts.push((await own.route({ ...request, seed })).text);
      assert.equal(texts[0], texts[1]);
      assert.notEqual(texts[0], texts[2]);
      return undefined;
    },
  },
];
