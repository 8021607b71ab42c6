import { loadedOnUse } from "../../plugin/loaded-on-use.ts";
import type { TokenCounter } from "./count-tokens.ts";

const counting = loadedOnUse(() => import("./count-tokens.ts"));

/** Returns a counter that is loaded with the first text: most policies work with estimates. */
export function lateTokenCounter(): TokenCounter {
  let counter: TokenCounter | undefined;
  return async (text, options) => {
    await counting.load();
    counter ??= counting.get().createTokenCounter();
    return counter(text, options);
  };
}
