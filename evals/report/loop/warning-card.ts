import { type Child, h, section } from "../../../src/serve/page/inner.ts";

/** Sentences that a reader must know; no card if there are none. */
export function warningCard(sentences: readonly string[]): Child {
  return (
    sentences.length > 0 &&
    section("warnings", ["Before you read on"], h("ul", {}, ...sentences.map((one) => h("li", {}, one))))
  );
}
