import type { HopContext } from "../../contracts/index.ts";

const refuse = () => Promise.reject(new Error("no model can be called outside a router"));

/** A hop without models, for synchronous classifiers outside a router. */
export const noHop: HopContext = {
  signal: new AbortController().signal,
  now: 0,
  generate: refuse,
  call: refuse,
  permits: () => "no model can be called outside a router",
};
