import { expect } from "vitest";
import type { Router } from "../../src/index.ts";

/** Callers that send one request after the other until they are told to end, each second one as a stream. */
export interface Callers {
  readonly answered: number;
  readonly streamed: number;
  /** Answers that needed a second member. */
  readonly retried: number;
  readonly errors: readonly unknown[];
  end(): Promise<void>;
}

export function startCallers(router: Router, count: number): Callers {
  const done = { answered: 0, streamed: 0, retried: 0, errors: [] as unknown[] };
  let isOver = false;
  const whole = async (content: string): Promise<void> => {
    const { text, attempts } = await router.route(content);
    expect(text).toContain("tok");
    if (attempts.length > 1) done.retried += 1;
  };
  const streamed = async (content: string): Promise<void> => {
    let text = "";
    for await (const { choices } of router.stream(content)) text += choices[0]?.delta.content ?? "";
    expect(text).toContain("tok");
    done.streamed += 1;
  };
  const call = async (caller: number): Promise<void> => {
    while (!isOver)
      try {
        await (caller % 2 === 0 ? whole : streamed)(`Hello ${caller} ${done.answered}`);
        done.answered += 1;
      } catch (error) {
        done.errors.push(error);
      }
  };
  const calling = Array.from({ length: count }, (_, caller) => call(caller));
  return Object.assign(done, {
    async end() {
      isOver = true;
      await Promise.all(calling);
    },
  });
}
