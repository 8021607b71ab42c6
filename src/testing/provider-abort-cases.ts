import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { CompletionChunk } from "../contracts/index.ts";
import {
  answering,
  calm,
  collect,
  firstRequest,
  textAnswer,
  textRequest,
  withServed,
} from "./provider-fixtures.ts";
import type { Scenario } from "./provider-scenario.ts";
import type { ProviderCase, ServedModel } from "./provider-setup.ts";

type Call = (served: ServedModel, signal: AbortSignal) => Promise<unknown>;

const generate: Call = ({ model }, signal) => model.generate(textRequest, { signal });
const stream: Call = ({ model }, signal) => collect(model.stream(textRequest, { signal }));

const stalledInTheMiddle: Scenario = { type: "broken", answer: textAnswer, ending: "stall" };

/**
 * Aborts once the endpoint has received the request: the call must reject with the reason and close the
 * connection.
 */
async function assertAborts(served: ServedModel, call: Call): Promise<void> {
  const controller = new AbortController();
  const reason = new Error("the caller left");
  const outcome = assert.rejects(call(served, controller.signal), (error) => error === reason);
  const request = await firstRequest(served);
  controller.abort(reason);
  await outcome;
  await request.closed;
}

async function hasContent(iterator: AsyncIterator<CompletionChunk>): Promise<void> {
  for (;;) {
    const { value, done } = await iterator.next();
    assert.ok(!done, "the stream ended before its content");
    if (value.choices[0]?.delta.content) return;
  }
}

export const abortCases: readonly ProviderCase[] = [
  {
    name: "an aborted call sends nothing and rejects with the signal's reason",
    run: (setup) =>
      withServed(setup, answering(textAnswer), async (served) => {
        for (const reason of [new Error("never mind"), "a reason that is not an error"]) {
          const signal = AbortSignal.abort(reason);
          await assert.rejects(generate(served, signal), (error) => error === reason);
          await assert.rejects(stream(served, signal), (error) => error === reason);
        }
        assert.equal(served.requests.length, 0);
      }),
  },
  {
    name: "an abort while waiting for an answer rejects with the signal's reason and closes the connection",
    run: (setup) => withServed(setup, { type: "stall" }, (served) => assertAborts(served, generate)),
  },
  {
    name: "an abort while an answer arrives rejects with the signal's reason and closes the connection",
    run: (setup) => withServed(setup, stalledInTheMiddle, (served) => assertAborts(served, generate)),
  },
  {
    name: "an abort while waiting for a stream rejects with the signal's reason and closes the connection",
    run: (setup) => withServed(setup, { type: "stall" }, (served) => assertAborts(served, stream)),
  },
  {
    name: "an abort within a stream rejects with the signal's reason and closes the connection",
    run: (setup) =>
      withServed(setup, stalledInTheMiddle, async (served) => {
        const controller = new AbortController();
        const reason = new Error("the caller left");
        const iterator = served.model
          .stream(textRequest, { signal: controller.signal })
          [Symbol.asyncIterator]();
        await hasContent(iterator);
        controller.abort(reason);
        const rest = async () => {
          while (!(await iterator.next()).done);
        };
        await assert.rejects(rest(), (error) => error === reason);
        await (await firstRequest(served)).closed;
      }),
  },
  {
    name: "a finished call leaves no listener on the caller's signal",
    run: (setup) =>
      withServed(setup, answering(textAnswer), async (served) => {
        const { signal } = new AbortController();
        await generate(served, signal);
        await stream(served, signal);
        assert.equal(getEventListeners(signal, "abort").length, 0, "a signal may outlive many calls");
      }),
  },
  {
    name: "a caller who stops reading a stream closes the connection",
    run: (setup) =>
      withServed(setup, stalledInTheMiddle, async (served) => {
        for await (const chunk of served.model.stream(textRequest, calm())) {
          if (chunk.choices[0]?.delta.content) break;
        }
        await (await firstRequest(served)).closed;
      }),
  },
  {
    name: "a stream that is not read sends nothing",
    run: (setup) =>
      withServed(setup, answering(textAnswer), async (served) => {
        served.model.stream(textRequest, calm());
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal(served.requests.length, 0);
      }),
  },
];
