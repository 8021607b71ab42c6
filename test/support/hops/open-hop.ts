import type { HopContext } from "../../../src/contracts/index.ts";

/** Creates a hop that permits everything and records the texts sent by `call`. */
export function openHop(signal: AbortSignal = new AbortController().signal): HopContext & {
  readonly texts: string[];
} {
  const texts: string[] = [];
  return {
    texts,
    signal,
    now: Date.UTC(2026, 0, 1),
    generate: (model, request) => model.generate(request, { signal }),
    async call(_, text, work) {
      texts.push(text);
      return (await work(signal)).value;
    },
    permits: () => true,
  };
}
